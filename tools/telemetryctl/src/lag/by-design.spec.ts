import { lateCommits } from './by-design.js';

const delay = { ms: 20_000, variable: 'LARGER_WINDOWS_WRITE_MS' };

describe('lag of a group that commits late', () => {
  it.each([
    [0, undefined],
    [-5, undefined],
    [0.1, /^g is not behind as far as this can tell: it commits up to 20 s after/],
    [22, /^g is not behind/],
    [22.1, /^g commits up to 20 s after it handled \(LARGER_WINDOWS_WRITE_MS\): .* real lag$/],
    [3600, /real lag$/],
  ])('of %d s', (seconds, says) => {
    const note = lateCommits('g', seconds, delay);
    if (says === undefined) expect(note).toBeUndefined();
    else expect(note).toMatch(says);
  });
});
