import fc from 'fast-check';
import type { CallFate } from './world.js';

/** What becomes of a call to the store: mostly it is done. */
export const callFate: fc.Arbitrary<CallFate> = fc.record({
  outcome: fc.oneof(
    { weight: 6, arbitrary: fc.constant('done' as const) },
    fc.constantFrom('refused' as const, 'answer lost' as const),
  ),
  delay: fc.integer({ min: 0, max: 3 }),
});
