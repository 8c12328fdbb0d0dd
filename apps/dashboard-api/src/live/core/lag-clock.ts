/** What Kafka said at one time. */
export interface LagSample {
  /** Epoch ms. */
  readonly at: number;
  /** Where each partition ended. */
  readonly ends: readonly number[];
}

/** So long, or longer. */
export interface LagSeconds {
  readonly seconds: number;
  /** It may be longer: nobody looked before. */
  readonly at_least: boolean;
}

/**
 * How long ago that was written which a group has not handled yet: since the first look at which
 * its partition had gone beyond what is handled. Exact to the time between two looks.
 * @param samples oldest first, the last of them of the same time as `behind`
 * @param behind records that are not handled, by partition
 */
export function lagSeconds(samples: readonly LagSample[], behind: readonly number[]): LagSeconds {
  const now = samples.at(-1);
  if (!now) return { seconds: 0, at_least: false };
  let since = now.at;
  let known = true;
  behind.forEach((records, partition) => {
    if (records <= 0) return;
    const handled = (now.ends[partition] ?? 0) - records;
    const first = samples.findIndex(({ ends }) => (ends[partition] ?? 0) > handled);
    if (samples[first]!.at < since) since = samples[first]!.at;
    if (first === 0) known = false;
  });
  return { seconds: Math.round((now.at - since) / 1000), at_least: !known };
}

/** Records a second between two looks; undefined: it cannot be told. */
export function writtenPerSecond(samples: readonly LagSample[]): number | undefined {
  const [before, now] = samples.slice(-2);
  if (!before || !now || now.at <= before.at) return undefined;
  const sum = ({ ends }: LagSample): number => ends.reduce((total, end) => total + end, 0);
  const written = sum(now) - sum(before);
  // A topic that was made anew begins at 0.
  return written < 0 ? undefined : (written * 1000) / (now.at - before.at);
}
