import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState, type FormEvent } from 'react';
import { change } from '../../api/change.js';
import { addressOf, ApiError } from '../../api/client.js';
import type { Logic } from '../../api/schema.js';
import { ActButton } from '../../parts/act-button.js';
import { Text } from '../../parts/inputs.js';
import { Refused } from '../../parts/refused.js';
import { Loading } from '../../parts/states.js';
import { useMay } from '../../shell/session.js';

// It is as large as all the rest of the page, and seldom needed.
const Editor = lazy(() => import('./editor.js'));

interface Fault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

interface Props {
  readonly id: string;
  /** What runs; null: nothing. */
  readonly logic: Logic | null;
  readonly text: string;
  /** The text is not what runs. */
  readonly isDraft: boolean;
  /** Undefined: it may only be read. */
  readonly onChange: ((text: string) => void) | undefined;
  readonly saved: () => void;
}

/** The text of a program, and what admins do with it. */
export function Program({ id, logic, text, isDraft, onChange, saved }: Props) {
  const isAdmin = useMay('admin');
  const isOwn = logic?.pattern === id;
  return (
    <section aria-label="Program">
      <h2>
        Program{' '}
        <span className="count">
          {logic === null
            ? 'there is none'
            : `version ${logic.version}${isOwn ? '' : ` of ${logic.pattern}`}, by ${logic.created_by}`}
          {isDraft && ', changed here'}
        </span>
      </h2>
      <Suspense fallback={<Loading what="the editor" />}>
        <Editor label={`Program of ${id}`} text={text} onChange={onChange} />
      </Suspense>
      {isAdmin && <Save id={id} logic={logic} isOwn={isOwn} text={text} saved={saved} />}
    </section>
  );
}

interface SaveProps extends Pick<Props, 'id' | 'logic' | 'text' | 'saved'> {
  readonly isOwn: boolean;
}

function Save({ id, logic, isOwn, text, saved }: SaveProps) {
  const client = useQueryClient();
  const [note, setNote] = useState('');
  const [isFresh, setFresh] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const work = async (what: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    setRefused(undefined);
    setFaults([]);
    try {
      await what();
      saved();
      setNote('');
      await client.invalidateQueries({ queryKey: ['logic'] });
    } catch (error) {
      const found = error instanceof ApiError ? (error.errors as unknown as Fault[]) : [];
      const placed = found.filter(({ line }) => line !== undefined);
      setFaults(placed);
      if (placed.length === 0) setRefused((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const save = (event: FormEvent): void => {
    event.preventDefault();
    void work(() =>
      change('POST', addressOf('/machines/{id}/logic', {}, id), {
        logic: text,
        ...(note !== '' && { note }),
        ...(isFresh && { new_state: true }),
      }),
    );
  };
  return (
    <form className="filters save-program" aria-label="Save the program" onSubmit={save}>
      <Text label="What changed" value={note} onChange={setNote} hint="For people" />
      <label className="tick">
        <input
          type="checkbox"
          checked={isFresh}
          onChange={({ target }) => setFresh(target.checked)}
        />
        Begin with empty states
      </label>
      <button className="primary" disabled={busy}>
        {logic === null || isOwn ? 'Save and run' : `Save for ${id} alone`}
      </button>
      {isOwn && (
        <ActButton
          verb="Take it away"
          to={`the program of ${id}`}
          sure="It runs no more; versions and states stay. Take it away?"
          act={() => void work(() => change('DELETE', addressOf('/machines/{id}/logic', {}, id)))}
        />
      )}
      <Refused text={refused} />
      {faults.length > 0 && (
        <ul className="refused" role="alert">
          {faults.map(({ line, column, message }) => (
            <li key={`${line}:${column}:${message}`}>
              Line {line}, column {column}: {message}
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
