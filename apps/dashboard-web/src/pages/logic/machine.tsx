import type { MachineAnswer } from '../../api/schema.js';
import { count } from '../../core/format.js';
import { Ago, Moment } from '../../parts/time.js';

const SHOWN = 20_000;

/** How a machine does: what its program counted, its state, and its last failure. */
export function Machine({ machine }: { machine: MachineAnswer }) {
  const { held, held_until, last_error: error, p50_us, p99_us } = machine;
  const state = JSON.stringify(machine.state, null, 2);
  return (
    <>
      <dl className="card facts">
        <dt>Program</dt>
        <dd>
          {held ? <span className="pill critical">held</span> : 'runs'}{' '}
          {held && (
            <>
              until <Moment at={held_until} />: its readings go to the dead letters
            </>
          )}
        </dd>
        <dt>Ran last</dt>
        <dd>
          version {machine.version} of <span className="id">{machine.pattern}</span>,{' '}
          <Ago at={machine.updated_at} />
        </dd>
        <dt>Runs</dt>
        <dd>
          {count(machine.runs)}, {count(machine.errors)} failed, {count(machine.results)} results
        </dd>
        <dt>Time of a run</dt>
        <dd>
          {p50_us === null
            ? '–'
            : `half within ${count(p50_us)} µs, 99 of 100 within ${count(p99_us)} µs`}
        </dd>
        {machine.skipped > 0 && (
          <>
            <dt>Lacks</dt>
            <dd>{count(machine.skipped)} ranges of readings, which failed or were held</dd>
          </>
        )}
      </dl>
      <section aria-label="State">
        <h2>State</h2>
        <pre className="card code" tabIndex={0}>
          {state.slice(0, SHOWN)}
          {state.length > SHOWN && '…'}
        </pre>
      </section>
      {error && (
        <section aria-label="Last failure">
          <h2>
            Last failure <span className="count">version {error.version},</span>{' '}
            <span className="count">
              <Ago at={error.at} />
            </span>
          </h2>
          <pre className="card code" tabIndex={0}>
            {`${error.name}: ${error.message}\n${error.stack}`}
          </pre>
          <p className="note">
            At the reading <span className="id">{error.event_id}</span> of{' '}
            <span className="id">{error.source}</span>
          </p>
        </section>
      )}
    </>
  );
}
