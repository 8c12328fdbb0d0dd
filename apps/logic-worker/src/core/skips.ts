/**
 * Offsets between which no reading of a machine is in its state: they failed, or its program was
 * held. Offsets in between that are other machines' do not matter.
 */
export interface Skip {
  /** `topic/partition`. */
  readonly at: string;
  readonly from: number;
  readonly to: number;
}

/** What a state remembers at most; of the oldest, dead letters cannot be redriven any more. */
export const MAX_SKIPS = 500;

export const isSkipped = (skips: readonly Skip[], at: string, offset: number): boolean =>
  skips.some((skip) => skip.at === at && skip.from <= offset && offset <= skip.to);

/**
 * Adds a reading of the machine. It joins the last skip of its partition when none of the machine's
 * readings in between is in the state.
 * @param before offset of the machine's reading before it; undefined: there was none
 */
export function withSkip(
  skips: readonly Skip[],
  at: string,
  offset: number,
  before: number | undefined,
): readonly Skip[] {
  const joined = skips.findIndex(
    (skip) => skip.at === at && before !== undefined && skip.to === before,
  );
  if (joined < 0) return [...skips, { at, from: offset, to: offset }].slice(-MAX_SKIPS);
  return skips.with(joined, { ...skips[joined]!, to: offset });
}

/** Takes out one reading, which is in the state now. */
export function withoutSkip(skips: readonly Skip[], at: string, offset: number): readonly Skip[] {
  return skips
    .flatMap((skip) =>
      skip.at !== at || offset < skip.from || offset > skip.to
        ? [skip]
        : [
            { ...skip, to: offset - 1 },
            { ...skip, from: offset + 1 },
          ].filter(({ from, to }) => from <= to),
    )
    .slice(-MAX_SKIPS);
}
