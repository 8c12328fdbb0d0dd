import { AlertChanges, evaluate, newDeviceState, RuleSet, type VersionedRule } from '@iot/alerting';
import { BUILT_IN_SENSORS } from '@iot/telemetry';
import { stateDocument } from './state-document.js';

const rule = (
  name: string,
  condition: VersionedRule['condition'],
  sensor?: string,
): VersionedRule => ({
  name,
  version: 1,
  enabled: true,
  severity: 'warning',
  message: null,
  labels: {},
  selector: { device: '*', ...(sensor !== undefined && { sensor }) },
  condition,
});
/** One of each kind. */
const RULES = [
  rule('hot', { kind: 'above', bound: 1000, for: '5m' }, 'temperature_c'),
  rule('dry', { kind: 'below', bound: -1000 }, 'humidity'),
  rule('rising', { kind: 'rate', bound: 1e6, per: '1m', over: '5m' }, 'temperature_c'),
  rule(
    'hourly',
    { kind: 'window', size: '1h', aggregate: 'avg', is: 'above', bound: 1e6 },
    'voltage',
  ),
  rule('gone', { kind: 'silent', span: '5m' }),
];
/** Bytes of a BSON document beside what is packed: names, types and lengths of its fields. */
const FRAME_BYTES = { _id: 4 + 1 + 5, sensors: 9 + 5, packed: 8 + 5, open: 6 + 5, version: 9 + 8 };
const INDEXED_BYTES = { partition: 11 + 4, line: 6 + 4, due: 5 + 8 };

it('takes 400 bytes at most for a device under five rules, one of each kind', () => {
  const units = new Map(BUILT_IN_SENSORS.map(({ name, unit }) => [name as string, unit as string]));
  const set = new RuleSet([], RULES, units);
  const deviceId = 'greenhouse-000123';
  const state = newDeviceState(deviceId, set.of(deviceId));
  for (let i = 1; i <= 1000; i++)
    evaluate(
      state,
      {
        eventId: `e${i}`,
        deviceId,
        ts: i * 10_000,
        values: { temperature_c: 20, humidity: 40, voltage: 230 },
      },
      i * 10_000,
      i * 10_000,
      new AlertChanges(),
    );
  const document = stateDocument({ ...state, partition: 3, line: 77 });
  const sum = (sizes: Record<string, number>): number =>
    Object.values(sizes).reduce((total, size) => total + size, 0);
  const bytes =
    document.packed!.length + deviceId.length + sum(FRAME_BYTES) + sum(INDEXED_BYTES) + 5;
  expect(document.open).toEqual([]);
  expect(bytes).toBeLessThanOrEqual(400);
});
