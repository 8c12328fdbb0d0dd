import { useId } from 'react';
import type { FormField } from '../core/form-values.js';

interface Props {
  readonly field: FormField;
  readonly value: string | boolean | undefined;
  readonly error: string | undefined;
  readonly onChange: (value: string | boolean) => void;
}

const TYPES = {
  text: 'text',
  list: 'text',
  // Letters in a field of numbers would not be seen by this page, so it could not say so.
  number: 'text',
  secret: 'password',
  time: 'datetime-local',
} as const;

/** One field of a form: what it is called, what it means, and what is wrong with it. */
export function FormInput({ field, value, error, onChange }: Props) {
  const { kind, label, hint, options = [], isFixed } = field;
  const id = useId();
  const about = error ?? hint;
  const common = {
    id,
    disabled: isFixed,
    'aria-invalid': error !== undefined,
    'aria-describedby': about === undefined ? undefined : `${id}-about`,
  };
  const text = typeof value === 'string' ? value : '';
  return (
    <div className={`field ${kind} ${error === undefined ? '' : 'wrong'}`}>
      <label htmlFor={id}>{label}</label>
      {kind === 'check' ? (
        <input
          {...common}
          type="checkbox"
          checked={value === true}
          onChange={({ target }) => onChange(target.checked)}
        />
      ) : kind === 'choice' ? (
        <select {...common} value={text} onChange={({ target }) => onChange(target.value)}>
          {options.map(([each, name]) => (
            <option key={each} value={each}>
              {name}
            </option>
          ))}
        </select>
      ) : kind === 'pairs' ? (
        <textarea
          {...common}
          rows={2}
          value={text}
          spellCheck={false}
          onChange={({ target }) => onChange(target.value)}
        />
      ) : (
        <input
          {...common}
          type={TYPES[kind]}
          inputMode={kind === 'number' ? 'decimal' : undefined}
          value={text}
          autoComplete={kind === 'secret' ? 'new-password' : 'off'}
          spellCheck={false}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
      {about !== undefined && (
        <span id={`${id}-about`} className="field-about">
          {about}
        </span>
      )}
    </div>
  );
}
