import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { deadLetterQuery } from '../../api/queries.js';
import type { DeadLetterAnswer, ShownBytes } from '../../api/schema.js';
import { count } from '../../core/format.js';
import { Failed, Loading } from '../../parts/states.js';
import { Moment } from '../../parts/time.js';
import { linesOf, traceOf } from './lines-of.js';
import { Redrive } from './redrive.js';
import { deadLettersSearch } from './search.js';
import '../../parts/form.css';

const times = (n: number): string => (n === 1 ? 'once' : `${count(n)} times`);

/** One dead letter whole. @param at `partition/offset` */
export function Letter({ at }: { at: string }) {
  const letter = useQuery(deadLetterQuery(at));
  const section = useRef<HTMLElement>(null);
  // Browsers have it return a promise, which is nothing that React may get.
  useEffect(() => {
    void section.current?.scrollIntoView({ block: 'nearest' });
  }, [letter.data]);
  return (
    <section className="card letter" aria-label="The record" ref={section}>
      <div className="acts">
        <h2>The record at {at}</h2>
        <Link
          to="/ui/platform/dead-letters"
          search={(old) => deadLettersSearch({ ...old, letter: undefined })}
          resetScroll={false}
        >
          Close
        </Link>
      </div>
      {letter.data ? (
        <Whole letter={letter.data} />
      ) : letter.error ? (
        <Failed what="The record" error={letter.error} again={() => void letter.refetch()} />
      ) : (
        <Loading what="the record" />
      )}
    </section>
  );
}

function Whole({ letter }: { letter: DeadLetterAnswer }) {
  return (
    <>
      <dl className="facts">
        <dt>Failed</dt>
        <dd>
          <Moment at={letter.failed_at} /> {letter.stage && `at stage ${letter.stage}`}
        </dd>
        <dt>Why</dt>
        <dd>
          {letter.foreign ?? `${letter.reason}: ${letter.message}`}
          {letter.cut !== null && ` It lacks ${letter.cut}.`}
        </dd>
        <dt>Record</dt>
        <dd className="id">{letter.original}</dd>
        <dt>Group</dt>
        <dd className="id">{letter.group || '–'}</dd>
        <dt>Arrived</dt>
        <dd>
          <Moment at={letter.arrived_at} />
        </dd>
        <dt>Tried</dt>
        <dd>
          {times(letter.deliveries)}, sent back {times(letter.redrives)}
        </dd>
      </dl>
      <Lines letter={letter} />
      <Bytes title="Key" of={letter.key} />
      <Bytes title="Value" of={letter.value} />
      <details>
        <summary>{count(letter.headers.length)} headers</summary>
        {letter.headers.map(({ name, value }, i) => (
          <Bytes key={i} title={name} of={value} />
        ))}
      </details>
      {letter.foreign === null && <Redrive which={{ place: letter.place }} />}
    </>
  );
}

/** The ways to what the services logged about it. */
function Lines({ letter }: { letter: DeadLetterAnswer }) {
  const [lines, trace] = [linesOf(letter), traceOf(letter)];
  return (
    <p className="acts">
      {lines && (
        <Link to="/ui/logs" search={lines}>
          Logs around its failure
        </Link>
      )}
      {trace && (
        <Link to="/ui/logs" search={{ trace, at: Date.parse(letter.arrived_at) }}>
          All lines of its trace
        </Link>
      )}
    </p>
  );
}

/** Bytes as they are: a text is shown as text, whatever it holds. */
function Bytes({ title, of }: { title: string; of: ShownBytes | null }) {
  const about = of && [
    `${count(of.bytes)} bytes`,
    ...(of.encoding === 'base64' ? ['no text; as base64'] : []),
    ...(of.complete ? [] : ['the beginning']),
  ];
  return (
    <div>
      <h3>
        {title} <span className="count">{about?.join(', ') ?? 'none'}</span>
      </h3>
      {of && of.bytes > 0 && (
        <pre className="bytes" tabIndex={0}>
          {of.text}
        </pre>
      )}
    </div>
  );
}
