/** What one run measured: metrics by name, see METRICS. */
export type Sample = Readonly<Record<string, number>>;

export interface Variant {
  readonly name: string;
  readonly measure: () => Promise<Sample>;
}

/**
 * Runs the variants in turn, round by round, so that whatever else the machine does meets all of
 * them alike; with a round first that does not count when `warmUp` is set.
 * @returns the samples of each variant, in the order of the rounds
 */
export async function interleave(
  variants: readonly Variant[],
  rounds: number,
  options: {
    readonly warmUp?: boolean;
    readonly onSample: (variant: string, round: number, sample: Sample) => void;
  },
): Promise<Map<string, Sample[]>> {
  const samples = new Map<string, Sample[]>(variants.map(({ name }) => [name, []]));
  for (let round = options.warmUp ? 0 : 1; round <= rounds; round++)
    for (const { name, measure } of variants) {
      const sample = await measure();
      if (round === 0) continue;
      samples.get(name)!.push(sample);
      options.onSample(name, round, sample);
    }
  return samples;
}

/**
 * Adds to each sample how many times that of the floor, in the same round, its metrics are: `of`
 * maps a metric to the name of the ratio.
 */
export function withRatios(
  samples: readonly Sample[],
  floor: readonly Sample[],
  of: Readonly<Record<string, string>>,
): Sample[] {
  return samples.map((sample, round) => {
    const ratios = Object.entries(of)
      .filter(([metric]) => sample[metric] !== undefined && floor[round]?.[metric] !== undefined)
      .map(([metric, ratio]) => [ratio, sample[metric]! / floor[round]![metric]!]);
    return { ...sample, ...(Object.fromEntries(ratios) as Sample) };
  });
}
