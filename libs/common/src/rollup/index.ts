export { addValue, counts, emptyAggregate, isSound, LARGEST_VALUE, mergeInto, type Aggregate } from './aggregate.js';
export { MongoRollupStore } from './mongo-store.js';
export { recompute, RecomputeContention } from './recompute.js';
export { rowId, rowKey, type Row, type RowKey } from './row.js';
export type { RollupStore, RowWrite } from './store.js';
export { parseWindow, parseWindows, sourceWindow, windowStart, type WindowSize } from './window.js';
