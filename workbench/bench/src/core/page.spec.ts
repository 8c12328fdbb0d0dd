import { barChart } from './bar-chart.js';
import { capacities } from './capacity.js';
import { chartBars, figuresText, pageWith } from './page.js';
import type { BenchResult, Report } from './results.js';
import { figureText, textTable } from './text-table.js';

const bench = (
  name: string,
  cases: Readonly<Record<string, Readonly<Record<string, number[]>>>>,
): BenchResult => ({
  name,
  at: '2026-01-15T12:00:00.000Z',
  settings: { events: 1000, runs: 3 },
  cases: Object.entries(cases).map(([one, figures]) => ({
    name: one,
    figures: Object.entries(figures).map(([metric, runs]) => ({ metric, runs })),
  })),
});
const report: Report = {
  format: 1,
  machine: {
    cpu: 'A & B',
    cores: 2,
    memoryGb: 8,
    os: 'Linux 6',
    versions: { 'Node.js': '24.0.0' },
  },
  benches: [
    bench('ingestion', { 'batch of 100': { warm_cpu_us: [5] } }),
    bench('aggregator', {
      floor: { warm_cpu_us: [4, 5, 6] },
      '1m': { warm_cpu_us: [6, 6, 6], row_writes: [0.1] },
      '1m+1h+1d': { warm_cpu_us: [8, 8, 8], row_writes: [0.5] },
    }),
    bench('growth', {
      '100,000 devices': { warm_cpu_us: [12], row_writes: [1], times_base: [2] },
      '100,000 devices, 1m+1h+1d': { warm_cpu_us: [30], row_writes: [3], times_base: [5] },
    }),
    bench('alerts', { alerts: { warm_cpu_us: [3] } }),
  ],
};

describe('figureText', () => {
  it('shows the median with the least and the most, or the one value', () => {
    expect(figureText({ metric: 'warm_cpu_us', runs: [3, 1, 2] })).toBe('2.00 (1.00–3.00)');
    expect(figureText({ metric: 'rate', runs: [12_345.6] })).toBe('12,346');
  });
});

describe('textTable', () => {
  it('aligns names to the left and figures to the right', () => {
    expect(
      textTable(
        ['', 'µs'],
        [
          ['a', '1'],
          ['bb', '10'],
        ],
      ),
    ).toBe('    µs\na    1\nbb  10');
  });
});

describe('capacities', () => {
  it('counts pods at the planned load, partitions for them, and the writes of the database', () => {
    const [chatty] = capacities(report);
    expect(chatty).toMatchObject({
      eventsPerSecond: 10_000,
      ingestionPods: 1,
      aggregatorPods: 1,
      alertsPods: 1,
      partitions: 12,
    });
    expect(chatty!.databaseWritesPerSecond).toBe(32_500);
    const sparse = capacities(report).at(-1)!;
    expect(sparse).toMatchObject({
      eventsPerSecond: 1_000_000,
      aggregatorPods: 60,
      alertsPods: 6,
      partitions: 120,
      primaries: 167,
    });
  });
  it('says nothing without the figures', () => {
    expect(capacities({ ...report, benches: report.benches.slice(1) })).toEqual([]);
  });
});

describe('pageWith', () => {
  it('replaces what stands between the markers and keeps the rest, again and again', () => {
    const once = pageWith('# Performance\n\nWords.\n', 'first');
    const twice = pageWith(once + '\nAfter.\n', 'second');
    expect(twice).toContain('Words.');
    expect(twice).toContain('After.');
    expect(twice).toContain('second');
    expect(twice).not.toContain('first');
    expect(pageWith(twice, 'second')).toBe(twice);
  });
});

describe('figuresText', () => {
  it('has the machine, a table for each benchmark, and what carries a rate', () => {
    const text = figuresText(report, { aggregator: 'drains a backlog' }, 'performance.svg');
    expect(text).toContain('A & B, 2 cores, 8 GB');
    expect(text).toContain('### aggregator\n\nDrains a backlog. 2026-01-15; events 1,000, runs 3.');
    expect(text).toContain('| floor | 5.00 (4.00–6.00) |');
    expect(text).toContain('166,667 events/s on a core');
    expect(text).toContain(
      '| report once a minute | 1,000,000 | 10 | 60 | 6 | 120 | 5,000,000 | 167 |',
    );
  });
});

describe('barChart', () => {
  it('draws a bar for each case of a benchmark that has a floor, and escapes its texts', () => {
    const bars = chartBars(report);
    expect(bars.map(({ label, kind }) => `${label}: ${kind}`)).toEqual([
      'aggregator, floor: floor',
      'aggregator, 1m: ours',
      'aggregator, 1m+1h+1d: ours',
    ]);
    const svg = barChart('a < b', 'µs', bars);
    expect(svg.match(/<rect x=/g)).toHaveLength(3);
    expect(svg).toContain('a &lt; b');
  });
});
