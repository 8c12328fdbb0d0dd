import {
  firstFacts,
  parseWindows,
  reconfigured,
  settledFacts,
  type RollupConfiguration,
} from '@iot/rollup';
import { JudgedRows } from './judged-rows.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 31, 12);

const configuration = (
  windows: string,
  rawDays = 30,
  minuteDays?: number,
): RollupConfiguration => ({
  windows: parseWindows(windows.split(',')),
  rollupRetentionMs: minuteDays === undefined ? {} : { '1m': minuteDays * DAY },
  rawRetentionMs: rawDays * DAY,
});
const settled = (config: RollupConfiguration) =>
  firstFacts(config, {
    complete: new Set(config.windows.map(({ label }) => label)),
    rawRetentionMs: config.rawRetentionMs,
    rawKeptSince: -Infinity,
  });
const row = (label: string, start: number) => ({ window: { label, ms: 0 }, start });

it('judges no row whose raw events a shorter retention had removed: --repair deleted such rows as extra ones', () => {
  const longer = configuration('1m', 60);
  const judged = new JudgedRows(
    settledFacts(reconfigured(settled(configuration('1m', 10)), longer, 60 * DAY, NOW), NOW, NOW),
    NOW,
  );
  expect([5, 11, 40].map((days) => judged.judges(row('1m', NOW - days * DAY), 0))).toEqual([
    true,
    false,
    false,
  ]);
});

it('does not miss rows that have expired', () => {
  const judged = new JudgedRows(settled(configuration('1m,1h', 30, 7)), NOW);
  expect([6, 8].map((days) => judged.judges(row('1m', NOW - days * DAY), undefined))).toEqual([
    true,
    false,
  ]);
  expect(judged.judges(row('1h', NOW - 8 * DAY), undefined)).toBe(true);
});

it('misses no row of a size that was added later, and judges those that were made since', () => {
  const added = configuration('1m,15m');
  const judged = new JudgedRows(
    settledFacts(reconfigured(settled(configuration('1m')), added, 30 * DAY, NOW), NOW, NOW),
    NOW,
  );
  const before = row('15m', NOW - DAY);
  expect([undefined, 0, 1].map((era) => judged.judges(before, era))).toEqual([false, false, true]);
  expect(judged.judges(row('15m', NOW + HOUR), undefined)).toBe(true);
});

it('judges no row of a size that was taken out: nobody keeps it up to date', () => {
  const judged = new JudgedRows(
    settledFacts(
      reconfigured(settled(configuration('1m,15m')), configuration('1m'), 30 * DAY, NOW),
      NOW,
      NOW,
    ),
    NOW,
  );
  expect(judged.judges(row('15m', NOW - DAY), 0)).toBe(false);
});
