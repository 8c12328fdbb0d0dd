import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { visibleRows } from '../core/visible-rows.js';

export const ROW_PX = 36;
const AROUND = 12;
/** The next page is fetched when so many rows are left below. */
const AHEAD = 40;

export interface Column<R> {
  readonly title: string;
  /** A track of a CSS grid, such as `2fr` or `8rem`. */
  readonly width: string;
  /** The same on a phone, where that is another one. */
  readonly narrow?: string;
  readonly cell: (row: R) => ReactNode;
  readonly isNumber?: boolean;
  /** A phone does without. */
  readonly isWide?: boolean;
}

interface Props<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string;
  /** Whether there are rows behind these. */
  readonly more: boolean;
  readonly onMore: () => void;
}

/** A table of any length that draws only the rows that can be seen. */
export function VirtualTable<R>({ label, columns, rows, keyOf, more, onMore }: Props<R>) {
  const body = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 800 });
  useLayoutEffect(() => {
    const element = body.current!;
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);
  const { first, last } = visibleRows({ ...view, row: ROW_PX }, rows.length, AROUND);
  useEffect(() => {
    if (more && last + AHEAD >= rows.length) onMore();
  }, [more, last, rows.length, onMore]);
  const ref = useRef<HTMLDivElement>(null);
  const narrow = columns.filter(({ isWide }) => !isWide).map((of) => of.narrow ?? of.width);
  useLayoutEffect(() => {
    const { style } = ref.current!;
    style.setProperty('--columns', columns.map(({ width }) => width).join(' '));
    style.setProperty('--columns-narrow', narrow.join(' '));
  });
  const cellClass = ({ isNumber, isWide }: Column<R>): string =>
    `cell${isNumber ? ' number' : ''}${isWide ? ' wide' : ''}`;
  return (
    <div className="grid-table" ref={ref}>
      <div
        className="grid-body"
        role="table"
        aria-label={label}
        aria-rowcount={more ? -1 : rows.length + 1}
        ref={body}
        tabIndex={0}
      >
        <div className="grid-head" role="rowgroup">
          <div className="grid-row" role="row" aria-rowindex={1}>
            {columns.map((column) => (
              <div key={column.title} role="columnheader" className={cellClass(column)}>
                {column.title}
              </div>
            ))}
          </div>
        </div>
        <div className="grid-space" role="rowgroup" style={{ height: rows.length * ROW_PX }}>
          {rows.slice(first, last).map((row, i) => (
            <div
              key={keyOf(row)}
              className="grid-row"
              role="row"
              aria-rowindex={first + i + 2}
              style={{ transform: `translateY(${(first + i) * ROW_PX}px)` }}
            >
              {columns.map((column) => (
                <div key={column.title} role="cell" className={cellClass(column)}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
