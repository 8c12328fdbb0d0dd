import fc from 'fast-check';
import {
  backfilledFacts,
  CLOCK_MARGIN_MS,
  configurationFault,
  countableFrom,
  difference,
  firstFacts,
  parseWindows,
  presentFault,
  rawFloor,
  reconfigured,
  REPLAY_GRACE_MS,
  rowFloor,
  settledFacts,
  sourceOf,
  takenFrom,
  windowStart,
  withRawRetention,
  type Facts,
  type RollupConfiguration,
} from './index.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 0, 31, 12, 20);

function configuration(
  windows: string,
  rawDays = 30,
  rowDays: Record<string, number> = {},
): RollupConfiguration {
  const rollupRetentionMs = Object.fromEntries(
    Object.entries(rowDays).map(([label, days]) => [label, days * DAY]),
  );
  return {
    windows: parseWindows(windows.split(',')),
    rollupRetentionMs,
    rawRetentionMs: rawDays * DAY,
  };
}

/** Of a database in which the sizes were there from the beginning. */
const settled = (config: RollupConfiguration): Facts =>
  firstFacts(config, {
    complete: new Set(config.windows.map(({ label }) => label)),
    rawRetentionMs: config.rawRetentionMs,
    rawKeptSince: -Infinity,
  });
const changed = (facts: Facts, config: RollupConfiguration, newest = NOW, now = NOW): Facts =>
  settledFacts(reconfigured(facts, config, config.rawRetentionMs, now), newest, now);
const sourceAt = (
  facts: Facts,
  config: RollupConfiguration,
  label: string,
  ago: number,
  now = NOW,
): string | undefined => {
  const size = config.windows.find((window) => window.label === label)!;
  const source = sourceOf(facts, config.windows, size, windowStart(now - ago, size.ms), now);
  return typeof source === 'object' ? source.label : source;
};

describe('what a row is recomputed from', () => {
  it('is not a size that was added while the window was open, but the one below, until all its rows are there', () => {
    const added = configuration('1m,15m,1h,1d');
    const facts = changed(settled(configuration('1m,1h,1d')), added);
    expect(sourceAt(facts, added, '1h', 0)).toBe('1m');
    expect(sourceAt(facts, added, '1h', 0, NOW + HOUR)).toBe('15m');
    const built = backfilledFacts(facts, '15m', NOW - 20 * DAY);
    expect(sourceAt(built, added, '1h', 10 * DAY)).toBe('15m');
    expect(sourceAt(built, added, '1h', 25 * DAY)).toBe('1m');
  });

  it('is not a size whose rows in the window have expired', () => {
    const config = configuration('1m,1h,1d', 30, { '1m': 7 });
    expect(sourceAt(settled(config), config, '1h', 6 * DAY)).toBe('1m');
    expect(sourceAt(settled(config), config, '1h', 8 * DAY)).toBe('raw');
  });

  it('is not raw readings that a shorter retention had removed', () => {
    const [short, long] = [configuration('1m', 3), configuration('1m', 60)];
    const facts = changed(settled(short), long);
    expect(sourceAt(facts, long, '1m', 2 * DAY)).toBe('raw');
    expect(sourceAt(facts, long, '1m', 4 * DAY)).toBeUndefined();
    expect(sourceAt(facts, long, '1m', 4 * DAY, NOW + 10 * DAY)).toBe('raw');
  });

  it('is not rows that were written to be kept for a shorter time', () => {
    const [short, long] = [
      configuration('1m,1h', 60, { '1m': 7 }),
      configuration('1m,1h', 60, { '1m': 90 }),
    ];
    const facts = changed(settled(short), long);
    const later = NOW + 10 * DAY;
    expect(sourceAt(facts, long, '1h', 9 * DAY, later)).toBe('1m');
    expect(sourceAt(facts, long, '1h', 11 * DAY, later)).toBe('raw');
  });

  it('is not a size that was taken out and added again', () => {
    const [with15, without] = [configuration('1m,15m,1h'), configuration('1m,1h')];
    const again = changed(changed(settled(with15), without), with15);
    expect(sourceAt(again, with15, '1h', 2 * HOUR)).toBe('1m');
    expect([settled(with15).sizes['15m']!.era, again.sizes['15m']!.era]).toEqual([0, 1]);
  });

  it('counts a new size from behind the newest reading that another configuration may have handled', () => {
    const added = configuration('1m,15m');
    const facts = changed(settled(configuration('1m')), added, NOW + 3 * HOUR);
    expect(facts.sizes['15m']!.completeSince).toBe(NOW + 3 * HOUR + 1);
  });
});

describe('what is taken', () => {
  it('is what all rows of can be recomputed until it may have come again', () => {
    const sizes = ['1m', '10m', '1h', '6h', '1d', '7d'];
    const config = fc
      .record({
        windows: fc.subarray(sizes, { minLength: 1 }),
        raw: fc.integer({ min: 1, max: 40 }),
        rows: fc.dictionary(fc.constantFrom(...sizes), fc.integer({ min: 1, max: 40 })),
      })
      .map(({ windows, raw, rows }) => configuration(windows.join(), raw, rows))
      .filter((made) => configurationFault(made) === undefined);
    fc.assert(
      fc.property(
        config,
        config,
        fc.nat(50 * DAY),
        fc.nat(40 * DAY),
        fc.nat(REPLAY_GRACE_MS),
        (before, after, age, later, grace) => {
          const facts = changed(settled(before), after);
          const now = NOW + later;
          const ts = now - age;
          if (ts < takenFrom(facts, after.windows, now)) return;
          const then = now + grace;
          expect(ts).toBeGreaterThanOrEqual(rawFloor(facts.raw, then));
          expect(ts).toBeGreaterThanOrEqual(countableFrom(facts, after.windows, then));
          for (const size of after.windows) {
            const start = windowStart(ts, size.ms);
            if (start >= rowFloor(facts.sizes[size.label]!, then))
              expect(sourceOf(facts, after.windows, size, start, then)).toBeDefined();
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('reaches back as far as raw readings are kept, but for the margins', () => {
    const config = configuration('1m,1h,1d');
    expect(NOW - takenFrom(settled(config), config.windows, NOW)).toBeGreaterThan(
      30 * DAY - REPLAY_GRACE_MS - CLOCK_MARGIN_MS - 60_001,
    );
  });
});

describe('raw retention', () => {
  it('that is made longer brings nothing back; shorter, it counts at once', () => {
    const facts = settled(configuration('1m', 10));
    const longer = withRawRetention(facts, 30 * DAY, NOW);
    expect(rawFloor(longer.raw, NOW)).toBe(NOW - 10 * DAY + CLOCK_MARGIN_MS);
    expect(rawFloor(withRawRetention(longer, 5 * DAY, NOW).raw, NOW)).toBe(
      NOW - 5 * DAY + CLOCK_MARGIN_MS,
    );
  });
});

describe('a configuration', () => {
  it.each([
    [
      '7d alone with raw readings of 3 days',
      configuration('7d', 3),
      'rows of 7d could be recomputed from nothing: raw readings are kept for 3 days; set RAW_RETENTION_DAYS to 8 or more',
    ],
    [
      '1d with raw readings of a day',
      configuration('1d', 1),
      'set RAW_RETENTION_DAYS to 2 or more',
    ],
    [
      '7d of 1h rows that are kept for a day',
      configuration('1h,7d', 3, { '1h': 1 }),
      'or ROLLUP_RETENTION of 1h to 8 or more',
    ],
    [
      'rows that go while they change',
      configuration('1h,7d', 30, { '7d': 2 }),
      'keeps rows of 7d for 2 days, which ends while they still change',
    ],
  ])('is refused: %s', (_, config, text) => expect(configurationFault(config)).toContain(text));

  it.each([configuration('1m,1h,1d', 1), configuration('1h,7d', 3), configuration('1d', 2)])(
    'is taken: %#',
    (config) => expect(configurationFault(config)).toBeUndefined(),
  );

  it('is not put in force while rows of the present could be recomputed from nothing', () => {
    const [hours, halves] = [configuration('1h,7d', 3), configuration('30m,7d', 3)];
    // A week begins on a Thursday.
    const now = NOW + 2 * DAY;
    const facts = reconfigured(settled(hours), halves, 3 * DAY, now);
    expect(presentFault(facts, halves.windows, now)).toContain(
      'rows of 7d that began already could be recomputed from nothing',
    );
    const all = configuration('30m,1h,7d', 3);
    expect(
      presentFault(reconfigured(settled(hours), all, 3 * DAY, now), all.windows, now),
    ).toBeUndefined();
  });

  it('says how it differs from the one in force', () => {
    const facts = settled(configuration('1m,1h', 30, { '1m': 7 }));
    const of = (...args: Parameters<typeof configuration>) =>
      difference(facts, configuration(...args));
    expect(of('1m,1h', 30, { '1m': 7 })).toBeUndefined();
    expect(of('1m,15m,1h', 30, { '1m': 7 })).toBe(
      'WINDOWS is 1m,15m,1h here, and 1m,1h is in force',
    );
    expect(of('1m,1h', 30, { '1m': 8 })).toBe(
      'ROLLUP_RETENTION keeps 1m for 8 days here, and for 7 days is in force',
    );
    expect(of('1m,1h', 60, { '1m': 7 })).toBe('RAW_RETENTION_DAYS is 60 here, and 30 is in force');
  });
});
