import fc from 'fast-check';
import { lagSeconds, writtenPerSecond } from './lag-clock.js';

describe('lagSeconds', () => {
  const samples = [
    { at: 0, ends: [0, 0] },
    { at: 5000, ends: [10, 0] },
    { at: 10_000, ends: [20, 5] },
  ];
  it.each([
    ['nothing waits', [0, 0], { seconds: 0, at_least: false }],
    ['what came since the look before', [10, 0], { seconds: 0, at_least: false }],
    ['what came before that', [11, 0], { seconds: 5, at_least: false }],
    ['the slower partition counts', [11, 5], { seconds: 5, at_least: false }],
    ['all since the first look', [20, 0], { seconds: 5, at_least: false }],
  ])('%s', (_what, behind, expected) => expect(lagSeconds(samples, behind)).toEqual(expected));

  it('says that it may be longer where it was so from the first look on', () =>
    expect(
      lagSeconds(
        [
          { at: 0, ends: [10] },
          { at: 5000, ends: [10] },
        ],
        [4],
      ),
    ).toEqual({ seconds: 5, at_least: true }));

  it('knows nothing before the first look', () =>
    expect(lagSeconds([], [3])).toEqual({ seconds: 0, at_least: false }));

  it('is never negative, and no longer than it was looked', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1 }), fc.nat(3000), (steps, behind) => {
        let end = 0;
        const looks = steps.map((step, i) => ({ at: i * 1000, ends: [(end += step)] }));
        const { seconds } = lagSeconds(looks, [Math.min(behind, end)]);
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(steps.length - 1);
      }),
    );
  });
});

describe('writtenPerSecond', () => {
  it.each([
    [[], undefined],
    [[{ at: 0, ends: [1] }], undefined],
    [
      [
        { at: 0, ends: [1, 2] },
        { at: 5000, ends: [11, 12] },
      ],
      4,
    ],
    [
      [
        { at: 0, ends: [100] },
        { at: 5000, ends: [1] },
      ],
      undefined,
    ],
    [
      [
        { at: 5, ends: [1] },
        { at: 5, ends: [2] },
      ],
      undefined,
    ],
  ])('%j: %s', (samples, rate) => expect(writtenPerSecond(samples)).toBe(rate));
});
