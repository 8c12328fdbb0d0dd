import fc from 'fast-check';
import { MUTATIONS } from './model/mutations.js';
import { play } from './model/run.js';

/** Runs of the unharmed protocol; MODEL_RUNS asks for more. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 1500);
/** A planted bug must show within this many runs. */
const RUNS_PER_MUTATION = 4000;

describe('the store protocol under crashes, zombies, replays, redrives and unknown outcomes', () => {
  it('always ends with the rows equal to the fold of the distinct events', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const { rows, expected } = await play(seed);
        expect(rows).toEqual(expected);
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 600_000);

  it.each(MUTATIONS)(
    'finds the planted bug: %s',
    async (mutation) => {
      let found = -1;
      for (let seed = 1; seed <= RUNS_PER_MUTATION && found < 0; seed++) {
        const { rows, expected } = await play(seed, mutation);
        if (!isSame(rows, expected)) found = seed;
      }
      expect(found).toBeGreaterThan(0);
    },
    120_000,
  );
});

function isSame(a: object, b: object): boolean {
  const text = (rows: object): string => JSON.stringify(Object.entries(rows).sort(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}
