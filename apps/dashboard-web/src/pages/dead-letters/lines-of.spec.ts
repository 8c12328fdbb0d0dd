import type { DeadLetterAnswer } from '../../api/schema.js';
import { linesOf, traceOf } from './lines-of.js';

const letter = (more: Partial<DeadLetterAnswer>): DeadLetterAnswer => ({
  place: 'telemetry.dlq/0/12',
  original: 'telemetry.raw/3/456',
  device_id: 'press-1',
  group: 'aggregator-worker',
  stage: 'decode',
  reason: 'invalid_reading',
  message: 'humidity must be a finite number',
  deliveries: 1,
  redrives: 0,
  failed_at: '2026-01-31T12:00:00.000Z',
  foreign: null,
  cut: null,
  arrived_at: '2026-01-31T11:59:59.000Z',
  key: null,
  value: null,
  headers: [],
  ...more,
});
const at = Date.parse('2026-01-31T12:00:00Z');

it('leads to the lines of the device around the failure', () => {
  expect(linesOf(letter({}))).toEqual({ device: 'press-1', at });
  expect(linesOf(letter({ failed_at: 'no time (9e99 ms)' }))).toEqual({ device: 'press-1' });
});

it('leads to all that was set aside then, where the key is no device', () => {
  for (const device_id of ['', 'a b', 'x'.repeat(129)])
    expect(linesOf(letter({ device_id }))).toEqual({ text: 'record set aside', at });
});

it('leads nowhere for what no service here wrote of', () => {
  expect(linesOf(letter({ device_id: '', group: '' }))).toBeUndefined();
});

it('knows the trace of a record', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const header = (text: string) => ({
    name: 'traceparent',
    value: { text, encoding: 'utf8' as const, bytes: text.length, complete: true },
  });
  expect(traceOf(letter({ headers: [header(`00-${trace}-00f067aa0ba902b7-01`)] }))).toBe(trace);
  expect(traceOf(letter({ headers: [header('nonsense')] }))).toBeUndefined();
  expect(traceOf(letter({ headers: [{ name: 'traceparent', value: null }] }))).toBeUndefined();
});
