/** A tumbling window size: windows are [start, start + ms), aligned to the epoch. */
export interface WindowSize {
  readonly label: string;
  readonly ms: number;
}

const UNIT_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** @throws Error when the text is not a whole number of s, m, h or d between 1s and 31d */
export function parseWindow(text: string): WindowSize {
  const match = /^([1-9]\d{0,4})([smhd])$/.exec(text.trim());
  const ms = match ? Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS] : 0;
  if (ms === 0 || ms > 31 * UNIT_MS.d)
    throw new Error(`"${text}" is not a window size; allowed: 1s to 31d, such as 1m, 15m, 1h, 1d`);
  return { label: text.trim(), ms };
}

/** Window sizes, smallest first. @throws Error on a bad or repeated size */
export function parseWindows(texts: readonly string[]): WindowSize[] {
  const windows = texts.map(parseWindow).sort((a, b) => a.ms - b.ms);
  windows.forEach((window, i) => {
    if (i > 0 && windows[i - 1]!.ms === window.ms)
      throw new Error(`window sizes ${windows[i - 1]!.label} and ${window.label} are the same`);
  });
  return windows;
}

/** Start of the window that holds `ts` (both epoch ms; also right before 1970). */
export const windowStart = (ts: number, ms: number): number => Math.floor(ts / ms) * ms;

/**
 * The largest of `windows` that is smaller than `size` and divides it: what `size` can be
 * recomputed from. Undefined: from raw events.
 */
export function sourceWindow(
  size: WindowSize,
  windows: readonly WindowSize[],
): WindowSize | undefined {
  return windows.filter((window) => window.ms < size.ms && size.ms % window.ms === 0).at(-1);
}
