import { drawFirstVersion } from '@iot/mongo';
import type { Aggregate } from './aggregate.js';
import { isWhole, sourceOf, type Facts, type Source } from './facts.js';
import type { Row, RowKey } from './row.js';
import type { RollupStore, RowWrite } from './store.js';
import { Turns } from './turns.js';
import type { WindowSize } from './window.js';

const MAX_ATTEMPTS = 50;
/**
 * Rows that are recomputed in one go: what bounds the memory of a recompute, however many rows are
 * in doubt.
 */
export const ROWS_AT_ONCE = 500;
/** How many such goes a process does side by side, over all of its partitions. */
export const GOES_AT_ONCE = 2;

/** Shared by all partitions of a process. */
const ofProcess = new Turns(GOES_AT_ONCE);

/** Rows kept changing under a recompute. Passing: the batch is tried again later. */
export class RecomputeContention extends Error {
  override readonly name = 'RecomputeContention';
}

/** What a recompute may build upon, and what time it is (epoch ms). */
export interface Standing {
  readonly facts: Facts;
  readonly now: number;
}

export interface Recomputed {
  /** Version and aggregate of each row that now exists. */
  readonly rows: Map<string, Row>;
  /** Rows that could be recomputed from nothing: they are as they were. */
  readonly beyond: RowKey[];
}

/**
 * Sets rows of one window size to the fold of what is stored, each from what holds all of it: the
 * rows of the largest smaller size that are all there, else the raw readings. The version is read
 * first and the write is compare-and-set, so whatever is written meanwhile is not overwritten. Rows
 * of smaller sizes must be settled before.
 * @param standing asked before and after each fold: what retention removes in between must not be
 *   missed. May throw, to give up
 * @throws RecomputeContention when rows were rewritten {@link MAX_ATTEMPTS} times in between
 */
export async function recompute(
  store: RollupStore,
  size: WindowSize,
  keys: readonly RowKey[],
  windows: readonly WindowSize[],
  standing: () => Standing,
  turns = ofProcess,
): Promise<Recomputed> {
  const done: Recomputed = { rows: new Map(), beyond: [] };
  const open = [...new Map(keys.map((key) => [key.id, key])).values()];
  for (let i = 0; i < open.length; i += ROWS_AT_ONCE) {
    const some = open.slice(i, i + ROWS_AT_ONCE);
    await turns.take(() => recomputeSome(store, size, some, windows, standing, done));
  }
  return done;
}

async function recomputeSome(
  store: RollupStore,
  size: WindowSize,
  keys: readonly RowKey[],
  windows: readonly WindowSize[],
  standing: () => Standing,
  { rows, beyond }: Recomputed,
): Promise<void> {
  let open = keys;
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt === MAX_ATTEMPTS)
      throw new RecomputeContention(
        `${open.length} rows, such as ${open[0]!.id}, kept changing during a recompute`,
      );
    const before = await store.readRows(open.map((key) => key.id));
    const { facts, now } = standing();
    const bySource = Map.groupBy(open, ({ start }) => sourceOf(facts, windows, size, start, now));
    const again: RowKey[] = [];
    for (const [source, some] of bySource) {
      if (source === undefined) {
        beyond.push(...some);
        continue;
      }
      const folds = await fold(store, some, source);
      const after = standing();
      const whole = some.filter(
        (key) => isWhole(after.facts, source, key.start, after.now) || !again.push(key),
      );
      const era = facts.sizes[size.label]?.era ?? 0;
      const writes = whole.flatMap((key): RowWrite[] => {
        const aggregate = folds.get(key.id);
        const seen = before.get(key.id)?.version ?? 0;
        return aggregate
          ? [{ key, seen, version: seen > 0 ? seen + 1 : drawFirstVersion(), aggregate, era }]
          : [];
      });
      const conflicts = await store.writeRows(writes);
      for (const { key, version, aggregate } of writes)
        if (conflicts.has(key.id)) again.push(key);
        else rows.set(key.id, { version, ...aggregate });
    }
    open = again;
  }
}

const fold = (
  store: RollupStore,
  keys: readonly RowKey[],
  source: Source,
): Promise<Map<string, Aggregate>> =>
  source === 'raw' ? store.foldRaw(keys) : store.foldRows(keys, source);
