/** Numbers from 0 to 1 that follow from the seed (mulberry32, public domain). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Faults without end: every kind once in each round, each round in an order of its own. */
export function* faultOrder<Kind>(
  kinds: readonly Kind[],
  random: () => number,
): Generator<Kind, never> {
  if (kinds.length === 0) throw new Error('there is no kind of fault to choose from');
  for (;;) {
    const round = [...kinds];
    for (let last = round.length - 1; last > 0; last--) {
      const other = Math.floor(random() * (last + 1));
      [round[last], round[other]] = [round[other]!, round[last]!];
    }
    yield* round;
  }
}
