import type { Aggregate } from './aggregate.js';
import type { Row, RowKey } from './row.js';
import type { WindowSize } from './window.js';

/**
 * A row to write: `seen` is the version the writer based it on (0: it saw none), `version` the one
 * that it gets: the next, or a drawn one.
 */
export interface RowWrite {
  readonly key: RowKey;
  readonly seen: number;
  readonly version: number;
  readonly aggregate: Readonly<Aggregate>;
  /** Of the facts that the writer works under. */
  readonly era: number;
}

/**
 * The store of rollup rows, as the protocol sees it. Every method may throw when the store is
 * unwell; then nothing is known of its effect.
 */
export interface RollupStore {
  /** The rows among `ids` that exist. */
  readRows(ids: readonly string[]): Promise<Map<string, Row>>;
  /**
   * Compare-and-set on `version`: writes where the row still has version `seen`. Returns the ids
   * that had another version, or were there and are not.
   */
  writeRows(rows: readonly RowWrite[]): Promise<Set<string>>;
  /**
   * Folds the raw events of each key's window, of majority-committed data. Keys without events are
   * absent.
   */
  foldRaw(keys: readonly RowKey[]): Promise<Map<string, Aggregate>>;
  /** Folds the rows of size `smaller` in each key's window. Keys without rows are absent. */
  foldRows(keys: readonly RowKey[], smaller: WindowSize): Promise<Map<string, Aggregate>>;
}
