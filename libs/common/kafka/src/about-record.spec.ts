import { aboutRecord, traceIds } from './about-record.js';
import type { ConsumedRecord } from './record.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const record = (key: string | null, traceparent?: string, value: string | null = null) =>
  ({
    topic: 't',
    partition: 1,
    offset: '2',
    value: value === null ? null : Buffer.from(value),
    key: key === null ? null : Buffer.from(key),
    headers: traceparent === undefined ? [] : [['traceparent', Buffer.from(traceparent)]],
  }) as unknown as ConsumedRecord;

it('says of a record whose it is and by which trace it came', () => {
  expect(aboutRecord(record('d1', `00-${TRACE}-00f067aa0ba902b7-01`))).toEqual({
    topic: 't',
    partition: 1,
    offset: '2',
    device_id: 'd1',
    trace_id: TRACE,
    span_id: '00f067aa0ba902b7',
  });
  for (const key of [null, '', 'x'.repeat(129)])
    expect(aboutRecord(record(key, 'nonsense'))).toEqual({ topic: 't', partition: 1, offset: '2' });
});

it.each([
  undefined,
  '',
  `00-${TRACE}-00f067aa0ba902b7`,
  `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01`,
  `00-${TRACE}-${'0'.repeat(16)}-01`,
])('takes nothing from %s', (header) => expect(traceIds(header)).toEqual({}));

it.each([
  ['{"event_id":"e-1","humidity":"wet"}', { event_id: 'e-1' }],
  ['{"humidity":, "event_id" : "e-1"', { event_id: 'e-1' }],
  ['{"event_id":"no id"}', {}],
  ['not json', {}],
  [`{"a":"${'x'.repeat(70_000)}","event_id":"e-1"}`, {}],
])('finds the event of %s', (value, said) => {
  expect(aboutRecord(record(null, undefined, value))).toEqual({
    ...{ topic: 't', partition: 1, offset: '2' },
    ...said,
  });
});
