import { figuresOf, median, percentile } from './results.js';

describe('median and percentile', () => {
  it('take the middle, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
  it('take the value that a part of them does not exceed', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(percentile(values, 0.5)).toBe(50);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile([7], 0.99)).toBe(7);
  });
});

describe('figuresOf', () => {
  it('gathers the runs of each metric, in the order of the vocabulary, with its target', () => {
    expect(
      figuresOf(
        [
          { rate: 5, cpu_us: 1, unknown: 9 },
          { rate: 6, cpu_us: 2 },
        ],
        { cpu_us: 1.5, rate: 5 },
      ),
    ).toEqual([
      { metric: 'cpu_us', runs: [1, 2], atMost: 1.5 },
      { metric: 'rate', runs: [5, 6], atLeast: 5 },
    ]);
  });
});
