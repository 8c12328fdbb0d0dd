import type { ReactNode } from 'react';

interface Props {
  readonly title: string;
  readonly value: string;
  readonly note: string;
  readonly grade?: 'critical' | 'warning' | undefined;
  readonly wide?: boolean;
  readonly children?: ReactNode;
}

/** One number, what it is, and a word on it. */
export const Stat = ({ title, value, note, grade, wide, children }: Props) => (
  <div className={`card stat ${grade ?? ''} ${wide ? 'stat-wide' : ''}`}>
    <div>
      <h2 className="stat-title">{title}</h2>
      <p className="stat-value">{value}</p>
      <p className="stat-note">{note}</p>
    </div>
    {children}
  </div>
);
