import { jest } from '@jest/globals';
import { createLogger } from '@iot/service';
import { rowKey } from '@iot/rollup';
import type { PendingRows } from '../core/pending-rows.js';
import type { Level } from '../core/touched-rows.js';
import { PendingPartitions } from './pending-partitions.js';

const AFTER_MS = 1000;
const window = { label: '1h', ms: 3_600_000 };
const minute: Level = { window: { label: '1m', ms: 60_000 }, source: undefined, rows: [] };

/** An hour's row that a batch of so many events has changed. */
const change = (pending: PendingRows, device: string, events = 1): void => {
  const delta = { count: events, sum: events, min: 1, max: 1 };
  const row = {
    key: rowKey(device, 's', window, 0),
    delta,
    inDoubt: false,
    unknown: false,
    larger: [],
    before: undefined,
    cached: 0,
  };
  pending.add([minute, { window, source: minute, rows: [row] }], events);
};
const writeAll = async (pending: PendingRows): Promise<void> =>
  pending.levels().forEach((level) => pending.written(level));

function partitions(write: (pending: PendingRows) => Promise<void> = writeAll) {
  const committed: string[] = [];
  const writes: number[] = [];
  const made = new PendingPartitions({
    write: (pending) => {
      writes.push(pending.size);
      return write(pending);
    },
    commit: (topic, partition, next) => void committed.push(`${topic}/${partition}@${next}`),
    afterMs: AFTER_MS,
    log: createLogger('test', 'silent'),
  });
  return { made, committed, writes };
}

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] }));
afterEach(() => jest.useRealTimers());

it('commits at once what left nothing to write', async () => {
  const { made, committed } = partitions();
  await made.inTurn('t', 0, async () => undefined);
  made.handled('t', 0, '7');
  expect(committed).toEqual(['t/0@7']);
});

it('writes the rows of several batches once, after a while, and commits then', async () => {
  const { made, committed, writes } = partitions();
  await made.inTurn('t', 0, async (pending) => change(pending, 'a'));
  made.handled('t', 0, '1');
  await jest.advanceTimersByTimeAsync(AFTER_MS / 2);
  await made.inTurn('t', 0, async (pending) => change(pending, 'b'));
  made.handled('t', 0, '2');
  expect([committed, made.size]).toEqual([[], 2]);
  await jest.advanceTimersByTimeAsync(AFTER_MS / 2);
  expect([committed, writes, made.size]).toEqual([['t/0@2'], [2], 0]);
});

it('does not commit a batch that is not handled when its rows are written', async () => {
  const { made, committed } = partitions();
  await made.inTurn('t', 0, async (pending) => change(pending, 'a'));
  await jest.advanceTimersByTimeAsync(AFTER_MS);
  expect(committed).toEqual([]);
  made.handled('t', 0, '1');
  expect(committed).toEqual(['t/0@1']);
});

it('never commits less after more', async () => {
  const { made, committed } = partitions(async (pending) => {
    await writeAll(pending);
    made.handled('t', 0, '2');
  });
  await made.inTurn('t', 0, async (pending) => change(pending, 'a'));
  made.handled('t', 0, '1');
  await made.inTurn('t', 0, async (pending) => change(pending, 'b'));
  await made.writeAll();
  expect(committed).toEqual(['t/0@2']);
});

it('does not wait for more when many events have changed each row, or there are many', async () => {
  const { made, committed, writes } = partitions();
  await made.inTurn('t', 0, async (pending) => change(pending, 'a', 3));
  await made.inTurn('t', 1, async (pending) => change(pending, 'a', 4));
  made.handled('t', 1, '4');
  await made.inTurn('t', 1, async (pending) => expect(pending.size).toBe(0));
  expect([committed, writes]).toEqual([['t/1@4'], [1]]);
  await made.inTurn('t', 2, async (pending) => {
    for (let n = 0; n < 25_000; n++) change(pending, `d${n}`);
  });
  await made.inTurn('t', 2, async (pending) => expect(pending.size).toBe(0));
  expect(writes).toEqual([1, 25_000]);
});

it('waits for its turn: nothing is added to rows that are being written', async () => {
  let finish = (): void => undefined;
  const { made } = partitions(async (pending) => {
    const before = pending.size;
    await new Promise<void>((resolve) => (finish = resolve));
    expect(pending.size).toBe(before);
    await writeAll(pending);
  });
  await made.inTurn('t', 0, async (pending) => change(pending, 'a'));
  const written = made.writeAll();
  const batch = made.inTurn('t', 0, async (pending) => change(pending, 'b'));
  await jest.advanceTimersByTimeAsync(0);
  finish();
  await Promise.all([written, batch]);
  expect(made.size).toBe(1);
});

it('tries again what could not be written, and takes no batch before that', async () => {
  let well = false;
  const { made, committed } = partitions(async (pending) => {
    if (!well) throw new Error('unwell');
    await writeAll(pending);
  });
  await made.inTurn('t', 0, async (pending) => change(pending, 'a'));
  made.handled('t', 0, '1');
  await jest.advanceTimersByTimeAsync(AFTER_MS);
  await expect(made.inTurn('t', 0, async () => undefined)).rejects.toThrow('unwell');
  await expect(made.writeAll()).rejects.toThrow('unwell');
  expect([committed, made.size]).toEqual([[], 1]);
  well = true;
  await jest.advanceTimersByTimeAsync(AFTER_MS);
  expect([committed, made.size]).toEqual([['t/0@1'], 0]);
});

it('commits nothing of before it forgot', async () => {
  let finish = (): void => undefined;
  const { made, committed, writes } = partitions(async (pending) => {
    await new Promise<void>((resolve) => (finish = resolve));
    await writeAll(pending);
  });
  await made.inTurn('t', 0, async (pending) => change(pending, 'a'));
  await made.inTurn('t', 1, async (pending) => change(pending, 'b'));
  made.handled('t', 0, '1');
  made.handled('t', 1, '1');
  const written = made
    .inTurn('t', 0, async (pending) => change(pending, 'a', 25_000))
    .then(() => made.inTurn('t', 0, async () => undefined));
  await jest.advanceTimersByTimeAsync(0);
  made.forget();
  finish();
  await written;
  await jest.advanceTimersByTimeAsync(AFTER_MS * 2);
  expect([committed, writes]).toEqual([[], [1]]);
});
