import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { ApiError } from '../api/client.js';
import { bodyOf, wrongsOf, type FormField, type Values, type Wrongs } from '../core/form-values.js';
import { FormInput } from './form-input.js';
import './form.css';

type Json = Readonly<Record<string, unknown>>;

interface Props {
  readonly title: string;
  /** Which fields there are may follow from what they hold. */
  readonly fields: (values: Values) => readonly FormField[];
  readonly start: Values;
  /** What is wrong, by field, as one types. */
  readonly check?: (values: Values) => Readonly<Record<string, string>>;
  readonly send: (body: Json) => Promise<unknown>;
  readonly verb: string;
  readonly cancel?: () => void;
  /** Said below the fields, of what they hold. */
  readonly children?: (values: Values, body: Json, isRight: boolean) => ReactNode;
}

const NO_WRONGS: Wrongs = { byField: {}, others: [] };

/** A form whose fields are named as the API names them. It keeps what was typed until it is taken. */
export function Form({ title, fields, start, check, send, verb, cancel, children }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const [values, setValues] = useState(start);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [isTried, setTried] = useState(false);
  const [refused, setRefused] = useState(NO_WRONGS);
  const [busy, setBusy] = useState(false);
  const shown = fields(values);
  const wrong = check?.(values) ?? {};
  const isRight = Object.keys(wrong).length === 0;
  const set = (name: string, value: string | boolean): void => {
    setValues((before) => ({ ...before, [name]: value }));
    setTouched((before) => new Set(before).add(name));
    // What the API said of it was said of another value.
    setRefused(({ byField: { [name]: _said, ...byField } }) => ({ byField, others: [] }));
  };
  const toFirstWrong = (): void =>
    void setTimeout(() =>
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(),
    );
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (!isRight) return toFirstWrong();
    setBusy(true);
    setRefused(NO_WRONGS);
    try {
      await send(bodyOf(shown, values));
    } catch (error) {
      const names = shown.map(({ name }) => name);
      const errors = error instanceof ApiError ? error.errors : [];
      setRefused(
        errors.length > 0
          ? wrongsOf(names, errors)
          : { byField: {}, others: [(error as Error).message] },
      );
      toFirstWrong();
    } finally {
      setBusy(false);
    }
  };
  const errorOf = (name: string): string | undefined =>
    refused.byField[name] ?? (isTried || touched.has(name) ? wrong[name] : undefined);
  return (
    <form
      ref={form}
      className="card form"
      aria-label={title}
      noValidate
      onSubmit={(event) => void submit(event)}
    >
      {grouped(shown).map(([group, own]) => (
        <fieldset key={group}>
          <legend className={group === '' ? 'unseen' : ''}>{group || title}</legend>
          {own.map((field) => (
            <FormInput
              key={field.name}
              field={field}
              value={values[field.name]}
              error={errorOf(field.name)}
              onChange={(value) => set(field.name, value)}
            />
          ))}
        </fieldset>
      ))}
      {children?.(values, bodyOf(shown, values), isRight)}
      {refused.others.length > 0 && (
        <p className="refused" role="alert">
          {refused.others.join(' ')}
        </p>
      )}
      <div className="form-end">
        <button className="primary" disabled={busy}>
          {busy ? 'Sending …' : verb}
        </button>
        {cancel && (
          <button type="button" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
    </form>
  );
}

/** The fields by their groups, in the order in which these begin. */
function grouped(fields: readonly FormField[]): readonly (readonly [string, FormField[]])[] {
  const groups = new Map<string, FormField[]>();
  for (const field of fields) {
    const own = groups.get(field.group ?? '');
    if (own) own.push(field);
    else groups.set(field.group ?? '', [field]);
  }
  return [...groups];
}
