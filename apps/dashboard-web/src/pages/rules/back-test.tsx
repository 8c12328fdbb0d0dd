import { useState } from 'react';
import { devicesOf } from '../../core/back-test-state.js';
import { count } from '../../core/format.js';
import { Choice } from '../../parts/fields.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Severity } from '../../parts/badges.js';
import { Moment } from '../../parts/time.js';
import type { FoundAlert } from '../../core/back-test-state.js';
import { BackTestChart } from './back-test-chart.js';
import { useBackTest, type Running } from './use-back-test.js';

const SPANS = [
  ['3600000', 'the last hour'],
  ['86400000', 'the last day'],
  ['604800000', 'the last 7 days'],
  ['2592000000', 'the last 30 days'],
] as const;
const SHOWN = 100;

interface Props {
  readonly rule: Readonly<Record<string, unknown>>;
  /** Nothing is known to be wrong with it. */
  readonly isRight: boolean;
  readonly units: ReadonlyMap<string, string>;
}

/** What the rule would have done, before it does anything. */
export function BackTest({ rule, isRight, units }: Props) {
  const [span, setSpan] = useState('86400000');
  const { running, start, cancel } = useBackTest();
  const run = (): void => {
    const to = Date.now();
    // A name says nothing of what a rule finds, and need not be thought of yet.
    start({ name: 'draft', ...rule }, { from: to - Number(span), to });
  };
  const isOther =
    running && JSON.stringify(running.rule) !== JSON.stringify({ name: 'draft', ...rule });
  return (
    <section className="back-test" aria-label="Try it on the past">
      <h2>Try it on the past</h2>
      <div className="filters">
        <Choice label="On the readings of" value={span} options={SPANS} onChange={setSpan} />
        {running?.isOn ? (
          <button type="button" onClick={cancel}>
            Stop
          </button>
        ) : (
          <button type="button" disabled={!isRight} onClick={run}>
            Try
          </button>
        )}
        {!isRight && <p className="note">When nothing is wrong with it any more.</p>}
      </div>
      {running && <Outcome running={running} isOther={isOther === true} units={units} />}
    </section>
  );
}

interface OutcomeProps {
  readonly running: Running;
  readonly isOther: boolean;
  readonly units: ReadonlyMap<string, string>;
}

function Outcome({ running, isOther, units }: OutcomeProps) {
  const { state, isOn, why, rule } = running;
  const devices = devicesOf(state.kept);
  const [chosen, setChosen] = useState<string>();
  const pattern = String((rule['selector'] as { device?: string } | undefined)?.device ?? '');
  const device = devices.some(([id]) => id === chosen)
    ? chosen
    : (devices[0]?.[0] ?? (pattern.endsWith('*') ? undefined : pattern));
  const words = `${count(state.alerts)} alerts in ${count(state.readings)} readings of ${count(state.devices)} devices`;
  return (
    <>
      {isOn ? (
        <p>
          <progress aria-label="The back-test runs" /> {words} so far
        </p>
      ) : (
        <p role="status" className={why === undefined ? '' : 'refused'}>
          {why === undefined ? `${words}.` : `${why} Until then: ${words}.`}
        </p>
      )}
      {isOther && !isOn && <p className="note">The rule was changed since. Try it again.</p>}
      {devices.length > 1 && (
        <Choice
          label="Shown"
          value={device ?? ''}
          options={devices.slice(0, SHOWN).map(([id, n]) => [id, `${id} (${n})`] as const)}
          onChange={setChosen}
        />
      )}
      {device !== undefined && device !== '' && !isOn && (
        <BackTestChart key={device} id={device} running={running} units={units} />
      )}
      {state.kept.length > 0 && !isOn && <Found alerts={state.kept} all={state.alerts} />}
    </>
  );
}

const COLUMNS: readonly SimpleColumn<FoundAlert>[] = [
  { title: 'Began', cell: ({ timestamp }) => <Moment at={timestamp} /> },
  {
    title: 'Ended',
    isWide: true,
    cell: ({ resolved_at }) => (resolved_at ? <Moment at={resolved_at} /> : 'active at the end'),
  },
  { title: 'Severity', cell: ({ severity }) => <Severity of={severity} /> },
  { title: 'Device', cell: ({ device_id }) => <span className="id">{device_id}</span> },
  { title: 'What', isWide: true, cell: ({ message }) => message },
];

const Found = ({ alerts, all }: { alerts: readonly FoundAlert[]; all: number }) => (
  <SimpleTable
    title={all > SHOWN ? `The first ${SHOWN} of ${count(all)} alerts` : 'Alerts'}
    what="alerts"
    query={{ data: alerts.slice(0, SHOWN), error: null, refetch: () => undefined }}
    columns={COLUMNS}
    keyOf={({ id }) => id}
    none="None"
  />
);
