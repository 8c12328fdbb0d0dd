import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { change } from '../../api/change.js';
import { addressOf, read } from '../../api/client.js';
import type { ServedMute, ServedRule } from '../../api/schema.js';
import { SimpleTable, type SimpleColumn } from '../../parts/simple-table.js';
import { Ago, Moment } from '../../parts/time.js';
import { useMay } from '../../shell/session.js';

const text = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '–' : JSON.stringify(value);

const RULES: readonly SimpleColumn<ServedRule>[] = [
  { title: 'Rule', cell: ({ name }) => <span className="id">{name}</span> },
  { title: 'Severity', cell: ({ rule }) => text(rule['severity']) },
  {
    title: 'Condition',
    cell: ({ rule }) => <code>{text(rule['condition'])}</code>,
  },
  {
    title: 'For',
    isWide: true,
    cell: ({ rule }) => <code>{text(rule['selector'])}</code>,
  },
  { title: 'Version', isNumber: true, isWide: true, cell: ({ version }) => version },
  { title: 'Kept by', isWide: true, cell: ({ origin }) => origin },
  {
    title: 'Changed',
    isNumber: true,
    cell: ({ updated_at, updated_by }) => (
      <>
        <Ago at={updated_at} /> by {updated_by}
      </>
    ),
  },
];

/** What raises alerts, and what nobody is told of for a time. */
export function RulesPage() {
  const client = useQueryClient();
  const mayAct = useMay('operator');
  const [refused, setRefused] = useState<string>();
  const rules = useQuery({
    queryKey: ['alert-rules'],
    queryFn: ({ signal }) => read('/alert-rules', {}, { signal }),
  });
  const mutes = useQuery({
    queryKey: ['mutes'],
    queryFn: ({ signal }) => read('/mutes', {}, { signal }),
  });
  const end = (id: string): void => {
    setRefused(undefined);
    change('DELETE', addressOf('/mutes/{id}', {}, id)).then(
      () => client.invalidateQueries({ queryKey: ['mutes'] }),
      (error: unknown) => setRefused((error as Error).message),
    );
  };
  return (
    <div className="page">
      <title>Rules · IoT telemetry</title>
      <h1>Rules</h1>
      <SimpleTable
        title="Alert rules"
        what="rules"
        query={{ ...rules, data: rules.data?.data }}
        columns={RULES}
        keyOf={({ name }) => name}
        none="There are no rules beside the thresholds of the sensors"
      />
      {refused !== undefined && (
        <p className="refused" role="alert">
          {refused}
        </p>
      )}
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
