import { useId } from 'react';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
  readonly autoComplete?: string;
  readonly maxLength?: number;
}

/** A line of text, with what it means and what is wrong with it. */
export function Text({
  type = 'text',
  ...props
}: Props & { type?: 'text' | 'password' | 'number' }) {
  const { label, value, onChange, hint, error, autoComplete = 'off', maxLength = 500 } = props;
  const id = useId();
  const about = error ?? hint;
  return (
    <div className={`field ${error === undefined ? '' : 'wrong'}`}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        step="any"
        value={value}
        maxLength={maxLength}
        autoComplete={autoComplete}
        spellCheck={false}
        aria-invalid={error !== undefined}
        aria-describedby={about === undefined ? undefined : `${id}-about`}
        onChange={({ target }) => onChange(target.value)}
      />
      {about !== undefined && (
        <span id={`${id}-about`} className="field-about">
          {about}
        </span>
      )}
    </div>
  );
}

/** A password. */
export const Secret = (props: Props) => (
  <Text {...props} type="password" autoComplete="current-password" />
);
