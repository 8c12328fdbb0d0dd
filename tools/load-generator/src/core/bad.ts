import { NOT_SENSORS, type Reading } from './event.js';

type Fields = Record<string, unknown>;

/** Ways in which a reading can be wrong while its batch stays readable; each must be refused. */
const WAYS: readonly (readonly [
  reason: string,
  spoil: (fields: Fields, sensor: string) => Fields | string,
])[] = [
  ['text for a number', (fields, sensor) => ({ ...fields, [sensor]: 'warm' })],
  ['null for a number', (fields, sensor) => ({ ...fields, [sensor]: null })],
  [
    'infinite',
    (fields, sensor) =>
      JSON.stringify({ ...fields, [sensor]: 0 }).replace(`"${sensor}":0`, `"${sensor}":1e999`),
  ],
  ['too large', (fields, sensor) => ({ ...fields, [sensor]: 1e101 })],
  ['unknown field', (fields) => ({ ...fields, wind_speed_furlongs: 3 })],
  ['no device_id', (fields) => ({ ...fields, device_id: undefined })],
  ['device_id with a slash', (fields) => ({ ...fields, device_id: 'a/b' })],
  ['device_id too long', (fields) => ({ ...fields, device_id: 'x'.repeat(129) })],
  ['ts far ahead', (fields) => ({ ...fields, ts: 32_503_680_000_000, timestamp: undefined })],
  ['ts before retention', (fields) => ({ ...fields, ts: 86_400_000, timestamp: undefined })],
  ['ts not a time', (fields) => ({ ...fields, ts: 'yesterday', timestamp: undefined })],
  ['lat without lon', (fields) => ({ ...fields, lat: 10, lon: undefined })],
  ['no sensor field', ({ device_id, ts, event_id }) => ({ device_id, ts, event_id })],
  ['not an object', () => '[]'],
  ['attributes that are a list', (fields) => ({ ...fields, attributes: [1] })],
];

/** What {@link spoil} can do wrong. */
export const BAD_REASONS: readonly string[] = WAYS.map(([reason]) => reason);

/**
 * A broken copy of a reading, with an event id of its own where it still has one. `which` chooses
 * the fault.
 * @returns the copy and the name of the fault
 */
export function spoil(reading: Reading, which: number): { reading: Reading; bad: string } {
  const [bad, change] = WAYS[which % WAYS.length]!;
  const fields = JSON.parse(reading.json) as Fields;
  const sensor =
    Object.keys(fields).find(
      (name) => typeof fields[name] === 'number' && !NOT_SENSORS.has(name),
    ) ?? 'temperature_c';
  const { device, device_id, ts } = reading;
  const event_id =
    reading.event_id === undefined ? undefined : `${reading.event_id.slice(0, 60)}-bad`;
  const changed = change({ ...fields, event_id }, sensor);
  return {
    reading: {
      device,
      device_id,
      event_id,
      ts,
      json: typeof changed === 'string' ? changed : JSON.stringify(changed),
    },
    bad,
  };
}
