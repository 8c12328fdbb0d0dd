import { sourceWindow, windowStart, type WindowSize } from './window.js';

/**
 * What is known of the stored readings and rows beyond what the configuration wishes for. A
 * configuration may change while old data stays: these facts say from when on the data is what the
 * present configuration promises. Times are epoch ms; −Infinity: always, Infinity: never.
 */
export interface Facts {
  /**
   * Grows with every change of the configuration. What was read under another epoch is not built
   * upon.
   */
  readonly epoch: number;
  readonly raw: RawFacts;
  /** The window sizes that are kept up to date, by label. */
  readonly sizes: Readonly<Record<string, SizeFacts>>;
  /** Sizes that were kept up to date and are no more: label to the last era. */
  readonly retired: Readonly<Record<string, number>>;
}

/** Since when raw readings are kept, whatever the variable says now. */
export interface RawFacts {
  /** What RAW_RETENTION_DAYS asks for. */
  readonly configuredMs: number;
  /** How long the database keeps a reading after its ts: never more than its index does. */
  readonly retentionMs: number;
  /** Readings before it may have been removed under a shorter retention. */
  readonly keptSince: number;
}

/** Since when the rows of a window size are what the readings say. */
export interface SizeFacts {
  /**
   * Counts how often the size was added to WINDOWS. A row of another era was not kept up to date
   * all the time.
   */
  readonly era: number;
  /** Every row that starts from here on is up to date, and one that is missing is empty. */
  readonly completeSince: number;
  /** How long rows are kept after their start. */
  readonly retentionMs: number;
  /** Rows before it may have been removed under a shorter retention. */
  readonly keptSince: number;
  /** Rows that start before `until` were written to be kept for this long only. */
  readonly before?: { readonly retentionMs: number; readonly until: number };
}

/** Clocks of the database, the workers and the gateways differ by less. */
export const CLOCK_MARGIN_MS = 300_000;
/**
 * How long what was taken must stay recomputable: a worker that crashed may have stored a reading
 * and not its rows, and another one has this long to find it again.
 */
export const REPLAY_GRACE_MS = 3_600_000;

/** Raw readings from here on are all kept. */
export const rawFloor = ({ keptSince, retentionMs }: RawFacts, now: number): number =>
  Math.max(keptSince, now - retentionMs + CLOCK_MARGIN_MS);

/**
 * Rows that start from here on are not removed by retention; earlier ones are not kept up to date
 * any more.
 */
export const rowFloor = ({ keptSince, retentionMs, before }: SizeFacts, now: number): number =>
  Math.max(
    keptSince,
    now - retentionMs + CLOCK_MARGIN_MS,
    before ? Math.min(now - before.retentionMs + CLOCK_MARGIN_MS, before.until) : -Infinity,
  );

/** Rows that start from here on are all there and right: larger ones may be made of them. */
export const sourceFloor = (size: SizeFacts, now: number): number =>
  Math.max(size.completeSince, rowFloor(size, now));

/** What a row is recomputed from: the rows of a smaller size, or the raw readings. */
export type Source = WindowSize | 'raw';

/**
 * What the row of `size` that starts at `start` can be recomputed from: the largest smaller size
 * that divides it and has all rows in it, else the raw readings where they are all kept. Undefined:
 * from nothing.
 */
export function sourceOf(
  facts: Facts,
  windows: readonly WindowSize[],
  size: WindowSize,
  start: number,
  now: number,
): Source | undefined {
  let open: readonly WindowSize[] = windows;
  for (let smaller = sourceWindow(size, open); smaller; smaller = sourceWindow(size, open)) {
    const known = facts.sizes[smaller.label];
    if (known && start >= sourceFloor(known, now)) return smaller;
    open = open.slice(0, open.indexOf(smaller));
  }
  return start >= rawFloor(facts.raw, now) ? 'raw' : undefined;
}

/** Whether `source` holds all of a row that starts at `start`. */
export function isWhole(facts: Facts, source: Source, start: number, now: number): boolean {
  if (source === 'raw') return start >= rawFloor(facts.raw, now);
  const known = facts.sizes[source.label];
  return known !== undefined && start >= sourceFloor(known, now);
}

/**
 * The rows of `size` that start from here on can be recomputed until `later`, as far as they are
 * kept now. A multiple of the size.
 */
function recomputableFrom(
  facts: Facts,
  windows: readonly WindowSize[],
  size: WindowSize,
  now: number,
  later: number,
): number {
  let floor = rawFloor(facts.raw, later);
  for (const smaller of windows) {
    const known =
      smaller.ms < size.ms && size.ms % smaller.ms === 0 ? facts.sizes[smaller.label] : undefined;
    if (known) floor = Math.min(floor, sourceFloor(known, later));
  }
  const own = facts.sizes[size.label];
  // What is not kept any more is not kept up to date, so it need not be recomputed.
  if (own && rowFloor(own, now) >= floor) return -Infinity;
  return alignUp(floor, size.ms);
}

/**
 * Readings with a ts from here on can be counted: each row that they touch could be recomputed, and
 * whether they were counted before can be told, as raw readings of that age are kept.
 * @param later until when that must hold
 */
export function countableFrom(
  facts: Facts,
  windows: readonly WindowSize[],
  now: number,
  later = now,
): number {
  let from = rawFloor(facts.raw, later);
  for (const size of windows)
    from = Math.max(from, recomputableFrom(facts, windows, size, now, later));
  return from;
}

/** Readings with a ts from here on are taken: they stay countable for {@link REPLAY_GRACE_MS}. */
export const takenFrom = (facts: Facts, windows: readonly WindowSize[], now: number): number =>
  countableFrom(facts, windows, now, now + REPLAY_GRACE_MS);

/** The first start of a window of `ms` that is not before `time`. */
export const alignUp = (time: number, ms: number): number => {
  const start = windowStart(time, ms);
  return start < time ? start + ms : start;
};
