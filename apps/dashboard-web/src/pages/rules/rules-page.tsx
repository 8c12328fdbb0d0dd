import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, read } from '../../api/client.js';
import type { ServedMute, ServedRule } from '../../api/schema.js';
import { valuesOfRule } from '../../core/rule-form.js';
import { ruleInWords } from '../../core/rule-words.js';
import { Refused } from '../../parts/refused.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Ago, Moment } from '../../parts/time.js';
import { useAct } from '../../parts/use-act.js';
import { useMay } from '../../shell/session.js';
import { MuteForm } from './mute-form.js';

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '–' : JSON.stringify(value);

const named = (mayAct: boolean): SimpleColumn<ServedRule> => ({
  title: 'Rule',
  cell: ({ name, origin }) =>
    mayAct && origin === 'api' ? (
      <Link to="/ui/rules/edit/$name" params={{ name }} className="id">
        {name}
      </Link>
    ) : (
      <span className="id">{name}</span>
    ),
});

const RULES: readonly SimpleColumn<ServedRule>[] = [
  { title: 'Severity', cell: ({ rule }) => text(rule['severity']) },
  {
    title: 'In force',
    isWide: true,
    cell: ({ rule }) => (rule['enabled'] === false ? 'no' : 'yes'),
  },
  { title: 'What it does', cell: ({ rule }) => ruleInWords(valuesOfRule(rule), '') },
  { title: 'Version', isNumber: true, isWide: true, cell: ({ version }) => version },
  { title: 'Kept by', isWide: true, cell: ({ origin }) => origin },
  {
    title: 'Changed',
    isNumber: true,
    isWide: true,
    cell: ({ updated_at, updated_by }) => (
      <>
        <Ago at={updated_at} /> by {updated_by}
      </>
    ),
  },
];

/** What raises alerts, and what nobody is told of for a time. */
export function RulesPage() {
  const mayAct = useMay('operator');
  const { refused, act } = useAct('mutes');
  const [isMuting, setMuting] = useState(false);
  const rules = useQuery({
    queryKey: ['alert-rules'],
    queryFn: ({ signal }) => read('/alert-rules', {}, { signal }),
  });
  const mutes = useQuery({
    queryKey: ['mutes'],
    queryFn: ({ signal }) => read('/mutes', {}, { signal }),
  });
  const end = (id: string): void => act(() => change('DELETE', addressOf('/mutes/{id}', {}, id)));
  return (
    <div className="page">
      <title>Rules · IoT telemetry</title>
      <h1>Rules</h1>
      <div className="acts">
        {mayAct && (
          <>
            <Link to="/ui/rules/new">New rule</Link>
            <button type="button" onClick={() => setMuting(true)} disabled={isMuting}>
              Mute alerts
            </button>
          </>
        )}
        <Link to="/ui/rules/telling">Whom alerts are told</Link>
      </div>
      {mayAct && isMuting && (
        <MuteForm
          rules={rules.data?.data.map(({ name }) => name) ?? []}
          done={() => setMuting(false)}
        />
      )}
      <SimpleTable
        title="Alert rules"
        what="rules"
        query={{ ...rules, data: rules.data?.data }}
        columns={[named(mayAct), ...RULES]}
        keyOf={({ name }) => name}
        none="There are no rules beside the thresholds of the sensors"
      />
      <Refused text={refused} />
      <SimpleTable
        title="Mutes"
        what="mutes"
        query={{ ...mutes, data: mutes.data?.data }}
        columns={mayAct ? [...MUTES, ending(end)] : MUTES}
        keyOf={({ id }) => id}
        none="Nothing is muted"
      />
    </div>
  );
}

const MUTES: readonly SimpleColumn<ServedMute>[] = [
  { title: 'Device', cell: ({ selector }) => <span className="id">{selector.device}</span> },
  { title: 'Sensor', isWide: true, cell: ({ selector }) => selector.sensor ?? 'any' },
  { title: 'Rule', isWide: true, cell: ({ rule }) => rule ?? 'any' },
  { title: 'Why', cell: ({ reason }) => reason },
  { title: 'By', isWide: true, cell: ({ created_by }) => created_by },
  { title: 'Until', isNumber: true, cell: ({ to }) => (to ? <Moment at={to} /> : 'it is ended') },
];

const ending = (end: (id: string) => void): SimpleColumn<ServedMute> => ({
  title: 'End',
  cell: ({ id, selector }) => (
    <button type="button" onClick={() => end(id)} aria-label={`End: ${selector.device}`}>
      End
    </button>
  ),
});
