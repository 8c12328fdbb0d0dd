import { compareReports, differentSettings } from './compare.js';
import type { Machine, Report } from './results.js';

const machine: Machine = { cpu: 'x', cores: 2, memoryGb: 8, os: 'Linux', versions: {} };
const report = (metric: string, runs: readonly number[], events = 1000): Report => ({
  format: 1,
  machine,
  benches: [
    {
      name: 'aggregator',
      at: '2026-01-01T00:00:00Z',
      settings: { events, runs: runs.length },
      cases: [{ name: '1m', figures: [{ metric, runs }] }],
    },
  ],
});
const verdict = (
  metric: string,
  before: readonly number[],
  after: readonly number[],
): string | undefined => compareReports(report(metric, before), report(metric, after))[0]?.verdict;

describe('compareReports', () => {
  it('takes a change for noise while the runs overlap, however far the medians are apart', () => {
    expect(verdict('cpu_us', [10, 11, 20], [15, 16, 17])).toBe('same');
  });
  it('takes a change for noise when the medians are within 3 %', () => {
    expect(verdict('cpu_us', [10, 10.01, 10.02], [10.1, 10.11, 10.12])).toBe('same');
  });
  it('knows in which direction a metric is better', () => {
    expect(verdict('cpu_us', [10, 10.1, 10.2], [8, 8.1, 8.2])).toBe('better');
    expect(verdict('cpu_us', [8, 8.1, 8.2], [10, 10.1, 10.2])).toBe('worse');
    expect(verdict('rate', [10, 10.1, 10.2], [8, 8.1, 8.2])).toBe('worse');
    expect(verdict('db_cpu_us', [10, 10.1, 10.2], [8, 8.1, 8.2])).toBe('other');
  });
  it('asks for 15 % where too few runs show no spread', () => {
    expect(verdict('cpu_us', [10], [11])).toBe('same');
    expect(verdict('cpu_us', [10], [12])).toBe('worse');
    expect(verdict('cpu_us', [10, 10.1], [12, 12.1])).toBe('worse');
  });
  it('leaves out what only one of the reports holds', () => {
    expect(compareReports(report('cpu_us', [1]), report('rate', [1]))).toEqual([]);
  });
});

describe('differentSettings', () => {
  it('names settings other than the number of runs', () => {
    expect(differentSettings(report('cpu_us', [1, 2]), report('cpu_us', [1], 50))).toEqual([
      'aggregator: events was 1000 and is 50: its figures do not compare',
    ]);
  });
});
