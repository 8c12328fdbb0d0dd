import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf } from '../../api/client.js';
import type { Trial as TrialAnswer, TrialOutcome, TryBody } from '../../api/schema.js';
import { readingsOf } from '../../core/given-readings.js';
import { count, shortened } from '../../core/format.js';
import { Choice } from '../../parts/fields.js';
import { Refused } from '../../parts/refused.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Moment } from '../../parts/time.js';

const SPANS = [
  ['given', 'these readings'],
  ['3600000', 'the last hour'],
  ['86400000', 'the last day'],
  ['604800000', 'the last 7 days'],
] as const;
const MOST = 100;
const EXAMPLE = '{ "temperature_c": 21.5 }';

/** Runs the text on readings, with a copy of the state; nothing of it is kept. */
export function Trial({ id, text }: { id: string; text: string }) {
  const [span, setSpan] = useState<string>('3600000');
  const [given, setGiven] = useState(EXAMPLE);
  const [isFresh, setFresh] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<string>();
  const [answer, setAnswer] = useState<TrialAnswer>();
  const run = async (): Promise<void> => {
    setRefused(undefined);
    setAnswer(undefined);
    const read = span === 'given' ? readingsOf(given) : undefined;
    if (read && 'fault' in read) return setRefused(read.fault);
    setBusy(true);
    try {
      const body: TryBody = {
        logic: text,
        ...(isFresh && { state: {} }),
        ...(read
          ? { readings: read.readings }
          : { from: new Date(Date.now() - Number(span)).toISOString(), limit: MOST }),
      };
      const address = addressOf('/machines/{id}/logic/try', {}, id);
      setAnswer((await change('POST', address, body)) as TrialAnswer);
    } catch (error) {
      setRefused((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section aria-label="Try it" className="trial">
      <h2>Try it</h2>
      <div className="filters">
        <Choice label="On" value={span} options={SPANS} onChange={setSpan} />
        <label className="tick">
          <input
            type="checkbox"
            checked={isFresh}
            onChange={({ target }) => setFresh(target.checked)}
          />
          With an empty state
        </label>
        <button type="button" disabled={busy} onClick={() => void run()}>
          {busy ? 'Running …' : 'Try'}
        </button>
      </div>
      {span === 'given' && (
        <label className="field">
          Readings, as JSON: one, several in [ ], or one a line
          <textarea
            rows={3}
            spellCheck={false}
            value={given}
            onChange={({ target }) => setGiven(target.value)}
          />
        </label>
      )}
      <Refused text={refused} />
      {answer && <Outcome answer={answer} />}
    </section>
  );
}

const json = (value: unknown): string => JSON.stringify(value) ?? '–';

const COLUMNS: readonly SimpleColumn<TrialOutcome>[] = [
  { title: 'Reading', cell: ({ ts }) => <Moment at={ts} /> },
  {
    title: 'Came of it',
    cell: ({ error, results, logs }) => (
      <>
        {error ? (
          <span className="refused">
            {error.name}: {shortened(error.message, 300)}
          </span>
        ) : (
          <code>{shortened(results.map(json).join(' '), 300) || 'no result'}</code>
        )}
        {logs.map((line, i) => (
          <div key={i} className="quiet-text">
            {shortened(line, 300)}
          </div>
        ))}
      </>
    ),
  },
  {
    title: 'State after it',
    isWide: true,
    cell: ({ state }) => <code>{shortened(json(state), 300)}</code>,
  },
  { title: 'Took', isNumber: true, isWide: true, cell: ({ took_us }) => `${count(took_us)} µs` },
];

function Outcome({ answer: { readings, complete, took_ms } }: { answer: TrialAnswer }) {
  const failed = readings.filter(({ error }) => error !== null).length;
  return (
    <>
      <p role="status">
        {count(readings.length)} readings, {count(failed)} failed, in {count(took_ms)} ms.
        {!complete && ' It was ended: it took too long, failed too often or said too much.'}
      </p>
      <SimpleTable
        title="What came of it"
        what="readings"
        query={{ data: readings, error: null, refetch: () => undefined }}
        columns={COLUMNS}
        keyOf={({ event_id, ts }) => `${event_id} ${ts}`}
        none="There are no readings of this time: give some"
      />
    </>
  );
}
