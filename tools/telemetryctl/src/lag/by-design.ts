/** What a group has handled is committed later by this, at most. */
export interface CommitDelay {
  readonly ms: number;
  /** The variable that sets it. */
  readonly variable: string;
}

/** Time for the write and the commit after the delay. */
const MARGIN_MS = 2000;

/**
 * What a lag by committed offsets means where commits come late by design. Undefined: nothing is
 * to be said, as nothing is behind.
 * @param seconds age of the oldest record that is not committed; 0: none is
 */
export function lateCommits(
  group: string,
  seconds: number,
  delay: CommitDelay,
): string | undefined {
  if (seconds <= 0) return undefined;
  const by = `${delay.ms / 1000} s`;
  return seconds * 1000 <= delay.ms + MARGIN_MS
    ? `${group} is not behind as far as this can tell: it commits up to ${by} after it handled (${delay.variable}), and no record waits for longer`
    : `${group} commits up to ${by} after it handled (${delay.variable}): of its age, the rest is real lag`;
}
