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
