import { useQuery, useQueryClient } from '@tanstack/react-query';
import { change } from '../../api/change.js';
import { sensorsQuery } from '../../api/queries.js';
import type { FormField } from '../../core/form-values.js';
import { Form } from '../../parts/form.js';

const HOUR_MS = 3_600_000;

const fieldsOf = (sensors: readonly string[], rules: readonly string[]): readonly FormField[] => [
  {
    name: 'selector.device',
    kind: 'text',
    label: 'Devices',
    hint: 'An id; the beginning of ids and a *; or * for all',
  },
  {
    name: 'selector.sensor',
    kind: 'choice',
    label: 'Sensor',
    options: [['', 'any'], ...sensors.map((name) => [name, name] as const)],
  },
  {
    name: 'rule',
    kind: 'choice',
    label: 'Rule',
    options: [['', 'any'], ...rules.map((name) => [name, name] as const)],
  },
  {
    name: 'hours',
    kind: 'choice',
    label: 'For',
    options: [
      ['1', '1 h'],
      ['8', '8 h'],
      ['24', '1 d'],
      ['168', '7 d'],
      ['', 'until it is ended'],
    ],
  },
  { name: 'reason', kind: 'text', label: 'Why', hint: 'For those who wonder later' },
];

/** Has nobody be told of some alerts for a time. */
export function MuteForm({ rules, done }: { rules: readonly string[]; done: () => void }) {
  const client = useQueryClient();
  const sensors = useQuery(sensorsQuery).data?.data.map(({ name }) => name) ?? [];
  const send = async ({ hours, ...body }: Readonly<Record<string, unknown>>): Promise<void> => {
    const to = hours === undefined ? undefined : Date.now() + Number(hours) * HOUR_MS;
    await change('POST', '/mutes', {
      ...body,
      ...(to !== undefined && { to: new Date(to).toISOString() }),
    });
    await client.invalidateQueries({ queryKey: ['mutes'] });
    done();
  };
  return (
    <Form
      title="Mute alerts"
      start={{ 'selector.device': '', 'selector.sensor': '', rule: '', hours: '8', reason: '' }}
      fields={() => fieldsOf(sensors, rules)}
      send={send}
      verb="Mute"
      cancel={done}
    />
  );
}
