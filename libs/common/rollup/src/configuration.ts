import {
  alignUp,
  CLOCK_MARGIN_MS,
  rowFloor,
  takenFrom,
  type Facts,
  type SizeFacts,
} from './facts.js';
import type { WindowSize } from './window.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * What the aggregator's variables say of rows and their readings. All aggregators of one database
 * must have the same.
 */
export interface RollupConfiguration {
  readonly windows: readonly WindowSize[];
  /**
   * How long rows of a size are kept after their start, in ms by label; a size that is not named is
   * kept for ever.
   */
  readonly rollupRetentionMs: Readonly<Record<string, number>>;
  readonly rawRetentionMs: number;
}

/** A reading this late can be counted under every configuration that is accepted. */
export const LEAST_LATENESS_MS = 6 * HOUR_MS;

const days = (ms: number): string => {
  const number = Math.ceil(ms / DAY_MS);
  return number === 1 ? '1 day' : `${number} days`;
};
const retentionOf = ({ rollupRetentionMs }: RollupConfiguration, { label }: WindowSize): number =>
  rollupRetentionMs[label] ?? Infinity;

/**
 * Why rows of some size could never be recomputed under a configuration, and what to set; undefined
 * where nothing is wrong. Each size needs what its rows are made of for as long as a row may
 * change: the raw readings, or the rows of a smaller size that divides it.
 */
export function configurationFault(config: RollupConfiguration): string | undefined {
  for (const size of config.windows) {
    const needed = size.ms + LEAST_LATENESS_MS;
    if (retentionOf(config, size) < needed)
      return `ROLLUP_RETENTION keeps rows of ${size.label} for ${days(retentionOf(config, size))}, which ends while they still change; set ${size.label}:${Math.ceil(needed / DAY_MS)} or more`;
    if (config.rawRetentionMs >= needed) continue;
    const smaller = config.windows.filter(({ ms }) => ms < size.ms && size.ms % ms === 0);
    if (smaller.some((other) => retentionOf(config, other) >= needed)) continue;
    const least = Math.ceil(needed / DAY_MS);
    const instead =
      smaller.length > 0
        ? `, or ROLLUP_RETENTION of ${smaller.at(-1)!.label} to ${least} or more`
        : '';
    return `rows of ${size.label} could be recomputed from nothing: raw readings are kept for ${days(config.rawRetentionMs)}; set RAW_RETENTION_DAYS to ${least} or more${instead}, or add a smaller size to WINDOWS that divides ${size.label}`;
  }
  return undefined;
}

/**
 * How the configuration in force differs from `config`, in words for people; undefined where it
 * does not.
 */
export function difference(facts: Facts, config: RollupConfiguration): string | undefined {
  const names = (labels: readonly string[]): string => [...labels].sort().join(',');
  const inForce = Object.keys(facts.sizes);
  const own = config.windows.map(({ label }) => label);
  if (names(inForce) !== names(own))
    return `WINDOWS is ${own.join(',')} here, and ${inForce.join(',')} is in force`;
  for (const size of config.windows) {
    const [here, there] = [retentionOf(config, size), facts.sizes[size.label]!.retentionMs];
    const text = (ms: number): string => (ms === Infinity ? 'for ever' : `for ${days(ms)}`);
    if (here !== there)
      return `ROLLUP_RETENTION keeps ${size.label} ${text(here)} here, and ${text(there)} is in force`;
  }
  if (facts.raw.configuredMs !== config.rawRetentionMs)
    return `RAW_RETENTION_DAYS is ${config.rawRetentionMs / DAY_MS} here, and ${facts.raw.configuredMs / DAY_MS} is in force`;
  return undefined;
}

/** What is found in a database that no facts are known of yet. */
export interface Found {
  /** Labels of the sizes whose rows are there for the readings that are. */
  readonly complete: ReadonlySet<string>;
  /** How long the database keeps raw readings until now; Infinity: it never removed one. */
  readonly rawRetentionMs: number;
  /** Readings before it may be gone already. */
  readonly rawKeptSince: number;
}

/**
 * The first facts of a database. A size without rows for readings that are there is one that is
 * being added.
 */
export function firstFacts(config: RollupConfiguration, found: Found): Facts {
  const sizes = config.windows.map((size): [string, SizeFacts] => {
    const complete = found.complete.has(size.label);
    const since = complete ? -Infinity : Infinity;
    return [
      size.label,
      {
        era: complete ? 0 : 1,
        completeSince: since,
        retentionMs: retentionOf(config, size),
        keptSince: -Infinity,
      },
    ];
  });
  const raw = {
    configuredMs: config.rawRetentionMs,
    retentionMs: Math.min(found.rawRetentionMs, config.rawRetentionMs),
  };
  return {
    epoch: 1,
    raw: { ...raw, keptSince: found.rawKeptSince },
    sizes: Object.fromEntries(sizes),
    retired: {},
  };
}

/**
 * The facts once `config` is to be in force. What the old configuration did not do is not known
 * until the workers that have it are gone: {@link settledFacts} then says since when it counts.
 * @param indexMs how long the index of the database keeps raw readings now
 */
export function reconfigured(
  facts: Facts,
  config: RollupConfiguration,
  indexMs: number,
  now: number,
): Facts {
  const sizes: Record<string, SizeFacts> = {};
  for (const size of config.windows) {
    const { label } = size;
    const retentionMs = retentionOf(config, size);
    const known = facts.sizes[label];
    if (!known)
      sizes[label] = {
        era: (facts.retired[label] ?? 0) + 1,
        completeSince: Infinity,
        retentionMs,
        keptSince: -Infinity,
      };
    else
      sizes[label] =
        known.retentionMs === retentionMs ? known : withRetention(known, retentionMs, now);
  }
  const gone = Object.entries(facts.sizes).filter(([label]) => !(label in sizes));
  const retired = {
    ...facts.retired,
    ...Object.fromEntries(gone.map(([label, { era }]) => [label, era])),
  };
  for (const label in sizes) delete retired[label];
  const raw = { ...facts.raw, configuredMs: config.rawRetentionMs };
  return withRawRetention(
    { epoch: facts.epoch + 1, raw, sizes, retired },
    Math.min(indexMs, config.rawRetentionMs),
    now,
  );
}

/** Rows so far carry the end that the old retention gave them. */
function withRetention(size: SizeFacts, retentionMs: number, now: number): SizeFacts {
  const keptSince = rowFloor(size, now);
  const { before } = size;
  const shorter =
    before && keptSince < before.until
      ? Math.min(before.retentionMs, size.retentionMs)
      : size.retentionMs;
  return { ...size, retentionMs, keptSince, before: { retentionMs: shorter, until: Infinity } };
}

/**
 * The facts when the database keeps raw readings for `retentionMs`. Longer than before: what was
 * removed does not come back. Shorter: nothing that is older is counted on from now on, so say it
 * before the index is changed.
 */
export function withRawRetention(facts: Facts, retentionMs: number, now: number): Facts {
  const { raw } = facts;
  if (retentionMs === raw.retentionMs) return facts;
  const gone = now - raw.retentionMs + CLOCK_MARGIN_MS;
  const keptSince = retentionMs > raw.retentionMs ? Math.max(raw.keptSince, gone) : raw.keptSince;
  return { ...facts, raw: { ...raw, retentionMs, keptSince } };
}

/**
 * The facts once no worker of an older configuration commits anything any more. Every reading that
 * such a worker handled is stored by then, so a window that starts behind the newest of them is all
 * the present configuration's.
 * @param newest ts of the newest stored reading; −Infinity: there is none
 */
export function settledFacts(facts: Facts, newest: number, now: number): Facts {
  const from = Math.max(now, newest + 1);
  const sizes = Object.entries(facts.sizes).map(([label, size]): [string, SizeFacts] => {
    const { completeSince, before } = size;
    const settled: SizeFacts = {
      ...size,
      ...(completeSince === Infinity && { completeSince: from }),
      ...(before?.until === Infinity && { before: { ...before, until: from } }),
    };
    return [label, settled];
  });
  return { ...facts, sizes: Object.fromEntries(sizes) };
}

/** The facts once all rows of a size that start in [from, the present completeSince) are built. */
export function backfilledFacts(facts: Facts, label: string, from: number): Facts {
  const size = facts.sizes[label];
  if (!size || from >= size.completeSince) return facts;
  return { ...facts, sizes: { ...facts.sizes, [label]: { ...size, completeSince: from } } };
}

/**
 * Why readings of the present could not be counted under these facts, and what to do; undefined
 * where they can.
 */
export function presentFault(
  facts: Facts,
  windows: readonly WindowSize[],
  now: number,
): string | undefined {
  const oldest = now - LEAST_LATENESS_MS / 2;
  if (takenFrom(facts, windows, now) <= oldest) return undefined;
  const size = windows.find((_, i) => takenFrom(facts, windows.slice(0, i + 1), now) > oldest)!;
  const since = new Date(alignUp(now, size.ms)).toISOString();
  return `rows of ${size.label} that began already could be recomputed from nothing: raw readings of their whole window are not kept, and no smaller size in WINDOWS has all its rows yet. Keep the smaller sizes that were in force until windows of ${size.label} have begun anew (${since}), or raise RAW_RETENTION_DAYS and wait`;
}
