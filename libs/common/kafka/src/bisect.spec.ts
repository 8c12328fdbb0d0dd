import fc from 'fast-check';
import type { BatchHandler, RecordBatch } from './batch.js';
import { handleBisecting } from './bisect.js';
import { BackendUnavailable } from '@iot/resilience';
import { consumedRecord } from './record.js';

const batchOf = (count: number): RecordBatch => ({
  topic: 't',
  partition: 0,
  isRetry: false,
  records: Array.from({ length: count }, (_, i) =>
    consumedRecord(
      't',
      0,
      { key: null, value: null, timestamp: '0', attributes: 0, offset: String(i) } as never,
      false,
    ),
  ),
  heartbeat: async () => undefined,
});

it('names exactly the records that fail, and handles all others once they stand without them', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.nat({ max: 59 })),
      async (count, picks) => {
        const poison = new Set(picks.filter((i) => i < count).map(String));
        const handled: string[] = [];
        const handler: BatchHandler = async ({ records }) => {
          const bad = records.find(({ offset }) => poison.has(offset));
          if (bad) throw new TypeError(`cannot handle ${bad.offset}`);
          handled.push(...records.map(({ offset }) => offset));
          return { failures: [] };
        };
        const { failures } = await handleBisecting(handler, batchOf(count));
        expect(failures.map(({ record }) => record.offset)).toEqual(
          [...poison].sort((a, b) => Number(a) - Number(b)),
        );
        expect(handled).toEqual(
          batchOf(count)
            .records.map(({ offset }) => offset)
            .filter((offset) => !poison.has(offset)),
        );
        for (const { reason, permanent } of failures)
          expect({ reason, permanent }).toEqual({ reason: 'TypeError', permanent: false });
      },
    ),
  );
});

it('blames no record when the store is unwell', async () => {
  let calls = 0;
  const handler: BatchHandler = async () => {
    calls++;
    throw new BackendUnavailable('MongoDB', new Error('gone'));
  };
  await expect(handleBisecting(handler, batchOf(8))).rejects.toBeInstanceOf(BackendUnavailable);
  expect(calls).toBe(1);
});
