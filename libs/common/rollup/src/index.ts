export {
  addValue,
  counts,
  emptyAggregate,
  isSound,
  LARGEST_VALUE,
  mergeInto,
  type Aggregate,
} from './aggregate.js';
export {
  backfilledFacts,
  configurationFault,
  difference,
  firstFacts,
  LEAST_LATENESS_MS,
  presentFault,
  reconfigured,
  settledFacts,
  withRawRetention,
  type RollupConfiguration,
} from './configuration.js';
export { factsOf, findFacts, noteBackfilled } from './database-facts.js';
export {
  alignUp,
  CLOCK_MARGIN_MS,
  countableFrom,
  isWhole,
  rawFloor,
  REPLAY_GRACE_MS,
  rowFloor,
  sourceFloor,
  sourceOf,
  takenFrom,
  type Facts,
  type RawFacts,
  type SizeFacts,
  type Source,
} from './facts.js';
export { FactsLease, LEASE_MS, NotInForce, NOTICE_MS, RENEW_MS } from './facts-lease.js';
export { FactsStore, type StoredFacts } from './facts-store.js';
export { rollupsFrom } from './from-env.js';
export { MongoRollupStore } from './mongo-store.js';
export {
  GOES_AT_ONCE,
  recompute,
  RecomputeContention,
  ROWS_AT_ONCE,
  type Recomputed,
  type Standing,
} from './recompute.js';
export { rowId, rowKey, type Row, type RowKey } from './row.js';
export type { RollupStore, RowWrite } from './store.js';
export { Turns } from './turns.js';
export { parseWindow, parseWindows, sourceWindow, windowStart, type WindowSize } from './window.js';
