import { drawFirstVersion } from '../mongo/index.js';
import { sourceWindow, type WindowSize } from './window.js';
import type { RowKey } from './row.js';
import type { RollupStore } from './store.js';

const MAX_ATTEMPTS = 50;

/** Rows kept changing under a recompute. Passing: the batch is tried again later. */
export class RecomputeContention extends Error {
  override readonly name = 'RecomputeContention';
}

/**
 * Sets rows of one window size to the fold of what is stored: of the next smaller window size where one divides it, else of the raw
 * events. The version is read first and the write is compare-and-set, so whatever is written meanwhile is not overwritten. Rows of
 * smaller sizes must be settled before.
 * @returns the version and aggregate of each row that now exists
 * @throws RecomputeContention when rows were rewritten {@link MAX_ATTEMPTS} times in between
 */
export async function recompute(store: RollupStore, size: WindowSize, keys: readonly RowKey[], windows: readonly WindowSize[]) {
  const settled = new Map<string, { version: number; count: number; sum: number; min: number; max: number }>();
  const smaller = sourceWindow(size, windows);
  let open = [...new Map(keys.map((key) => [key.id, key])).values()];
  for (let attempt = 0; open.length > 0; attempt++) {
    if (attempt === MAX_ATTEMPTS)
      throw new RecomputeContention(`${open.length} rows, such as ${open[0]!.id}, kept changing during a recompute`);
    const before = await store.readRows(open.map((key) => key.id));
    const folds = smaller ? await store.foldRows(open, smaller) : await store.foldRaw(open);
    const writes = open.flatMap((key) => {
      const aggregate = folds.get(key.id);
      const seen = before.get(key.id)?.version ?? 0;
      return aggregate ? [{ key, seen, version: seen > 0 ? seen + 1 : drawFirstVersion(), aggregate }] : [];
    });
    const conflicts = await store.writeRows(writes);
    for (const { key, version, aggregate } of writes) if (!conflicts.has(key.id)) settled.set(key.id, { version, ...aggregate });
    open = open.filter((key) => conflicts.has(key.id));
  }
  return settled;
}
