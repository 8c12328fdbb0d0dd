import type { Reading } from '@iot/common/telemetry';
import { mergeInto, recompute, type RollupStore, type Row, type WindowSize } from '@iot/common/rollup';
import type { RowCache } from './row-cache.js';
import { TouchedRows, type TouchedRow } from './touched-rows.js';

/** A reading and where it comes from. */
export interface TelemetryEvent {
  readonly reading: Reading;
  /** `topic/partition/offset` of its record. */
  readonly source: string;
  /** Arrival, epoch ms. */
  readonly receivedAt: number;
}

/**
 * What the store made of an event: `new`; `replayed`: this very record stored it before; `duplicate`: another record did;
 * or the store's reason to refuse this one document.
 */
export type InsertOutcome = 'new' | 'replayed' | 'duplicate' | { readonly refused: string };

/** Sources by event id. */
export type Repeats = ReadonlyMap<string, readonly string[]>;

/** Whether `source` is of one of the records that bring `event` in this batch. */
export const isOwnSource = (source: string, { reading, source: own }: TelemetryEvent, repeats: Repeats): boolean =>
  source === own || (repeats.get(reading.event_id)?.includes(source) ?? false);

/** The store of raw events, as the protocol sees it. */
export interface RawStore {
  /**
   * Inserts events that have distinct ids, each under its id unless that is taken. `repeats` gives the sources of an id's further records in
   * this batch. May throw when the store is unwell; then nothing is known of its effect.
   */
  insert(events: readonly TelemetryEvent[], repeats: Repeats): Promise<readonly InsertOutcome[]>;
}

export interface Settled {
  /** One for each event, in order. */
  readonly outcomes: readonly InsertOutcome[];
  readonly rowsWritten: number;
  readonly rowsRecomputed: number;
  /** Rows lost to another writer's compare-and-set. */
  readonly conflicts: number;
  /** Rows in doubt whose raw events are no longer all retained: left as they are. */
  readonly leftAlone: number;
}

export interface SettleOptions {
  readonly windows: readonly WindowSize[];
  /** Windows that start before this (epoch ms) may have lost raw events to retention: they are never recomputed. */
  readonly retainedFrom: number;
}

/**
 * Stores a batch so that afterwards every row equals the fold of the stored raw events in its window, whatever happened before and whoever
 * else writes. The order of the steps is what makes that true; docs/architecture.md says why.
 */
export async function settleBatch(
  stores: { readonly raw: RawStore; readonly rollups: RollupStore },
  cache: RowCache,
  events: readonly TelemetryEvent[],
  options: SettleOptions,
): Promise<Settled> {
  const { first, repeats } = distinct(events);
  const touched = new TouchedRows(options.windows, first);
  try {
    const rows = await rowsBeforeInsert(stores.rollups, cache, touched);
    const inserted = await stores.raw.insert(first, repeats);
    touched.settle(inserted);
    const counts = await writeLevels(stores.rollups, cache, touched, rows, options);
    return { outcomes: outcomesOf(events, first, inserted), ...counts };
  } catch (error) {
    // What was written is not known, so what is cached may be old.
    for (const { rows } of touched.levels) for (const { key } of rows) cache.delete(key.id);
    throw error;
  }
}

/** The first event of each id, and what else in the batch has its id. */
function distinct(events: readonly TelemetryEvent[]): { first: readonly TelemetryEvent[]; repeats: Repeats } {
  const repeats = new Map<string, string[]>();
  const ids = new Set<string>();
  const again: TelemetryEvent[] = [];
  for (const event of events) {
    const before = ids.size;
    if (ids.add(event.reading.event_id).size === before) again.push(event);
  }
  if (again.length === 0) return { first: events, repeats };
  for (const { reading, source } of again) {
    const known = repeats.get(reading.event_id);
    if (known) known.push(source);
    else repeats.set(reading.event_id, [source]);
  }
  const left = new Set(again);
  return { first: events.filter((event) => !left.has(event)), repeats };
}

/** Every touched row that exists, as it was before any event of this batch was inserted. */
async function rowsBeforeInsert(store: RollupStore, cache: RowCache, touched: TouchedRows): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  const missing: string[] = [];
  for (const level of touched.levels)
    for (const { key } of level.rows) {
      const cached = cache.get(key.id);
      if (cached) rows.set(key.id, cached);
      else missing.push(key.id);
    }
  if (missing.length > 0) for (const [id, row] of await store.readRows(missing)) rows.set(id, row);
  return rows;
}

async function writeLevels(
  store: RollupStore,
  cache: RowCache,
  touched: TouchedRows,
  before: ReadonlyMap<string, Row>,
  options: SettleOptions,
) {
  const counts = { rowsWritten: 0, rowsRecomputed: 0, conflicts: 0, leftAlone: 0 };
  for (const { window, rows } of touched.levels) {
    const lost = await writeDeltas(
      store,
      cache,
      rows.filter(({ inDoubt, delta }) => !inDoubt && delta.count > 0),
      before,
      counts,
    );
    counts.conflicts += lost.length;
    const retained = ({ key }: TouchedRow): boolean => key.start >= options.retainedFrom;
    const again = [...rows.filter(({ inDoubt }) => inDoubt), ...lost];
    const keys = again.filter(retained).map(({ key }) => key);
    for (const key of keys) cache.delete(key.id);
    for (const [id, row] of await recompute(store, window, keys, options.windows)) cache.set(id, row);
    counts.rowsRecomputed += keys.length;
    counts.leftAlone += rows.filter((row) => row.inDoubt && !retained(row)).length;
    await addUntilWritten(
      store,
      cache,
      lost.filter((row) => !retained(row)),
      counts,
    );
  }
  return counts;
}

/** Writes before + delta under compare-and-set. Returns the rows that someone else had written. */
async function writeDeltas(
  store: RollupStore,
  cache: RowCache,
  rows: readonly TouchedRow[],
  before: ReadonlyMap<string, Row>,
  counts: { rowsWritten: number },
): Promise<TouchedRow[]> {
  const writes = rows.map(({ key, delta }) => {
    const row = before.get(key.id);
    const aggregate = { count: delta.count, sum: delta.sum, min: delta.min, max: delta.max };
    if (row) mergeInto(aggregate, row);
    return { key, seen: row?.version ?? 0, aggregate };
  });
  const conflicts = writes.length > 0 ? await store.writeRows(writes) : new Set<string>();
  for (const { key, seen, aggregate } of writes)
    if (conflicts.has(key.id)) cache.delete(key.id);
    else cache.set(key.id, { version: seen + 1, ...aggregate });
  counts.rowsWritten += writes.length - conflicts.size;
  return rows.filter(({ key }) => conflicts.has(key.id));
}

/** Rows beyond raw retention cannot be recomputed; what is new is added to whatever they hold now. */
async function addUntilWritten(
  store: RollupStore,
  cache: RowCache,
  rows: readonly TouchedRow[],
  counts: { rowsWritten: number },
): Promise<void> {
  for (let open = rows; open.length > 0;)
    open = await writeDeltas(store, cache, open, await store.readRows(open.map(({ key }) => key.id)), counts);
}

function outcomesOf(
  events: readonly TelemetryEvent[],
  first: readonly TelemetryEvent[],
  inserted: readonly InsertOutcome[],
): readonly InsertOutcome[] {
  if (events.length === first.length) return inserted;
  const byId = new Map(first.map((event, i) => [event.reading.event_id, { event, outcome: inserted[i]! }]));
  return events.map((event) => {
    const { event: winner, outcome } = byId.get(event.reading.event_id)!;
    return event === winner || typeof outcome === 'object' ? outcome : 'duplicate';
  });
}
