import {
  emptyAggregate,
  firstFacts,
  GOES_AT_ONCE,
  NotInForce,
  parseWindows,
  recompute,
  ROWS_AT_ONCE,
  rowKey,
  type RollupStore,
  type RowKey,
} from './index.js';
import { rowRanges } from './row-ranges.js';
import { rowId } from './row.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 0, 31, 12);
const windows = parseWindows(['1m', '1h']);
const [minute, hour] = [windows[0]!, windows[1]!];
const facts = firstFacts(
  { windows, rollupRetentionMs: {}, rawRetentionMs: 30 * 24 * HOUR },
  { complete: new Set(['1m', '1h']), rawRetentionMs: Infinity, rawKeptSince: -Infinity },
);
const standing = () => ({ facts, now: NOW });

it('holds a bounded number of rows, however many are in doubt and on however many partitions', async () => {
  let inFlight = 0;
  let most = 0;
  const during = async <T>(keys: number, result: T): Promise<T> => {
    most = Math.max(most, (inFlight += keys));
    await new Promise(setImmediate);
    inFlight -= keys;
    return result;
  };
  const store: RollupStore = {
    readRows: (ids) => during(ids.length, new Map()),
    writeRows: (rows) => during(rows.length, new Set()),
    foldRaw: (keys) =>
      during(keys.length, new Map(keys.map(({ id }) => [id, { ...emptyAggregate(), count: 1 }]))),
    foldRows: (keys) =>
      during(keys.length, new Map(keys.map(({ id }) => [id, { ...emptyAggregate(), count: 1 }]))),
  };
  const start = NOW - (NOW % HOUR);
  const partition = (n: number): RowKey[] =>
    Array.from({ length: 20_000 }, (_, i) => rowKey(`d${n}-${i}`, 'v', hour, start));
  const done = await Promise.all(
    [0, 1, 2, 3].map((n) => recompute(store, hour, partition(n), windows, standing)),
  );
  expect(done.map(({ rows }) => rows.size)).toEqual([20_000, 20_000, 20_000, 20_000]);
  expect(most).toBeLessThanOrEqual(ROWS_AT_ONCE * GOES_AT_ONCE);
});

it('reads the minutes of an hour as one range of ids, and of hours that follow each other too', () => {
  const start = NOW - (NOW % HOUR);
  const keys = [
    rowKey('d', 'v', hour, start),
    rowKey('d', 'v', hour, start - HOUR),
    rowKey('d', 'w', hour, start),
  ];
  const ranges = [...rowRanges(keys, minute)];
  expect(ranges).toEqual([
    {
      deviceId: 'd',
      from: rowId('d', 'v', '1m', start - HOUR),
      below: rowId('d', 'v', '1m', start + HOUR),
    },
    {
      deviceId: 'd',
      from: rowId('d', 'w', '1m', start),
      below: rowId('d', 'w', '1m', start + HOUR),
    },
  ]);
  const within = (id: string) => ranges.some(({ from, below }) => id >= from && id < below);
  expect(
    [start - HOUR - MINUTE, start - HOUR, start + HOUR - MINUTE, start + HOUR].map((at) =>
      within(rowId('d', 'v', '1m', at)),
    ),
  ).toEqual([false, true, true, false]);
});

it('reads each row by itself where starts differ in their digits, as before 2001 and 1970', () => {
  const ids = (start: number) =>
    [...rowRanges([rowKey('d', 'v', hour, start)], minute)].map(({ from }) => from);
  for (const start of [-HOUR, 0, 1e12 - (1e12 % HOUR)])
    expect(ids(start)).toEqual(
      Array.from({ length: 60 }, (_, n) => rowId('d', 'v', '1m', start + n * MINUTE)),
    );
});

it('writes nothing of a fold during which retention came, and nothing when another configuration took over', async () => {
  const written: string[] = [];
  let now = NOW;
  const store: RollupStore = {
    readRows: async () => new Map(),
    writeRows: async (rows) => (rows.forEach(({ key }) => written.push(key.id)), new Set()),
    foldRaw: async (keys) => (
      (now += 30 * 24 * HOUR),
      new Map(keys.map(({ id }) => [id, { ...emptyAggregate(), count: 1 }]))
    ),
    foldRows: async () => new Map(),
  };
  const key = rowKey('d', 'v', minute, NOW - HOUR);
  const { rows, beyond } = await recompute(store, minute, [key], windows, () => ({ facts, now }));
  expect([rows.size, beyond, written]).toEqual([0, [key], []]);
  let looks = 0;
  const taken = () => {
    if (looks++ > 0) throw new NotInForce('taken over');
    return { facts, now: NOW };
  };
  await expect(recompute(store, minute, [key], windows, taken)).rejects.toThrow('taken over');
  expect(written).toEqual([]);
});
