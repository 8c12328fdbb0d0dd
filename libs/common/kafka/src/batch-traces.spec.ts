import { traceContextOf } from '@iot/tracing';
import { RecordedTraces } from '@iot/tracing/testing';
import { BatchTraces } from './batch-traces.js';
import type { ConsumedRecord } from './record.js';

const recordWith = (offset: string, traceparent?: string) =>
  ({
    headers: traceparent === undefined ? [] : [['traceparent', Buffer.from(traceparent)]],
    at: { topic: 'telemetry.raw', partition: 3, offset },
  }) as unknown as ConsumedRecord;
const batch = {
  topic: 'telemetry.raw',
  partition: 3,
  records: [recordWith('7', 'one'), recordWith('8'), recordWith('9', 'two')],
};

let traces: RecordedTraces;
let batches: BatchTraces;
beforeEach(() => {
  traces = new RecordedTraces();
  batches = new BatchTraces(traces, 'a-group');
});

it('is one span a batch, linked to what produced its records, while it is handled', async () => {
  await batches.of(batch, () => {
    expect(traces.current()).toBeDefined();
    expect(traces.spans[0]!.ended).toBe(false);
    return Promise.resolve();
  });
  expect(traces.spans).toEqual([
    {
      name: 'process telemetry.raw',
      parent: undefined,
      links: ['one', undefined, 'two'],
      attributes: expect.objectContaining({
        'messaging.batch.message_count': 3,
        'messaging.consumer.group.name': 'a-group',
        'messaging.destination.partition.id': '3',
        'messaging.kafka.offset': 7,
      }) as object,
      ended: true,
      failure: undefined,
    },
  ]);
});

it('says that a batch waits, and leaves what the error says to others', async () => {
  const error = new RangeError('a-device is odd');
  await expect(batches.of(batch, () => Promise.reject(error))).rejects.toBe(error);
  expect(traces.spans[0]).toMatchObject({
    failure: '',
    attributes: { 'error.type': 'RangeError' },
  });
  expect(JSON.stringify(traces.spans)).not.toContain('a-device');
});

it('takes the last of two headers, and nothing of one that cannot be read', async () => {
  const odd = (...values: (string | Buffer | null)[]) =>
    ({
      headers: values.map((value) => ['traceparent', value]),
      at: { topic: 't', partition: 0, offset: '0' },
    }) as unknown as ConsumedRecord;
  const records = [odd('one', 'two'), odd(null), odd(Buffer.alloc(100_000, 0xff)), odd()];
  await batches.of({ topic: 't', partition: 0, records }, () => Promise.resolve());
  const [last, none, long, absent] = traces.spans[0]!.links;
  expect([last, none, absent]).toEqual(['two', undefined, undefined]);
  expect(traceContextOf(long)).toBeUndefined();
});

it('handles a batch all the same where its trace is not kept', async () => {
  traces.keep = false;
  let handled = 0;
  await batches.of(batch, () => Promise.resolve(void handled++));
  expect([handled, traces.spans]).toEqual([1, []]);
});
