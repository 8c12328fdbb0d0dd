import { freshness } from './freshness.js';

describe('freshness', () => {
  const at = (heardAt?: number, knownAt?: number, cutOff = false) => ({ heardAt, knownAt, cutOff });
  it.each([
    ['nothing came yet', at(), 0, 'waiting', 0],
    ['nothing came, and nothing will', at(undefined, undefined, true), 0, 'offline', 0],
    ['all is well', at(1000, 900), 1500, 'live', 600],
    ['a second was missed', at(1000, 1000), 3500, 'live', 2500],
    ['the server is alive, and knows nothing new', at(12_000, 0), 12_500, 'old', 12_500],
    ['silence', at(0, 0), 12_000, 'old', 12_000],
    ['a cut connection', at(0, 0, true), 12_000, 'offline', 12_000],
    ['a connection that was just cut', at(0, 0, true), 1000, 'live', 1000],
    ['a long silence', at(0, 0), 31_000, 'offline', 31_000],
    ['a clock that went back', at(5000, 5000), 0, 'live', 0],
  ] as const)('%s', (_what, clock, now, state, age) =>
    expect(freshness(clock, now)).toEqual({ state, age }),
  );
});
