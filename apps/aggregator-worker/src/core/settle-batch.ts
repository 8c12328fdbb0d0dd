import type { Reading } from '@iot/common/telemetry';
import { mergeInto, recompute, type RollupStore, type RowWrite, type WindowSize } from '@iot/common/rollup';
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
  const touched = new TouchedRows(options.windows, first, cache);
  try {
    await rowsBeforeInsert(stores.rollups, cache, touched);
    const inserted = await stores.raw.insert(first, repeats);
    touched.settle(inserted);
    const counts = await writeLevels(stores.rollups, cache, touched, options);
    return { outcomes: outcomesOf(events, first, inserted), ...counts };
  } catch (error) {
    // What was written is not known, so what is cached may be old.
    touched.levels.forEach(({ rows }, level) => rows.forEach(({ cached, key }) => cache.delete(cached, level, key)));
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

/** Finds every touched row that exists, as it was before any event of this batch was inserted. */
async function rowsBeforeInsert(store: RollupStore, cache: RowCache, touched: TouchedRows): Promise<void> {
  const missing: TouchedRow[] = [];
  touched.levels.forEach(({ rows }, level) => {
    for (const row of rows) {
      row.before = cache.get(row.cached, level, row.key);
      if (!row.before) missing.push(row);
    }
  });
  await read(store, missing);
}

async function read(store: RollupStore, rows: readonly TouchedRow[]): Promise<void> {
  if (rows.length === 0) return;
  const found = await store.readRows(rows.map(({ key }) => key.id));
  for (const row of rows) row.before = found.get(row.key.id);
}

async function writeLevels(store: RollupStore, cache: RowCache, touched: TouchedRows, options: SettleOptions) {
  const counts = { rowsWritten: 0, rowsRecomputed: 0, conflicts: 0, leftAlone: 0 };
  const retained = ({ key }: TouchedRow): boolean => key.start >= options.retainedFrom;
  for (const [level, { window, rows }] of touched.levels.entries()) {
    const doubted = rows.filter(({ inDoubt }) => inDoubt);
    const certain = rows.filter(({ inDoubt, delta }) => !inDoubt && delta.count > 0);
    const lost = await writeDeltas(store, cache, level, certain, counts);
    counts.conflicts += lost.length;
    const again = [...doubted, ...lost].filter(retained);
    for (const { cached, key } of again) cache.delete(cached, level, key);
    const keys = again.map(({ key }) => key);
    const recomputed = await recompute(store, window, keys, options.windows);
    for (const { cached, key } of again) {
      const row = recomputed.get(key.id);
      if (row) cache.set(cached, level, key, row);
    }
    counts.rowsRecomputed += keys.length;
    counts.leftAlone += doubted.filter((row) => !retained(row)).length;
    // Rows beyond raw retention cannot be recomputed; what is new is added to whatever they hold now.
    for (let open = lost.filter((row) => !retained(row)); open.length > 0;) {
      await read(store, open);
      open = await writeDeltas(store, cache, level, open, counts);
    }
  }
  return counts;
}

/** Writes what was before + delta under compare-and-set. Returns the rows that someone else had written. */
async function writeDeltas(
  store: RollupStore,
  cache: RowCache,
  level: number,
  rows: readonly TouchedRow[],
  counts: { rowsWritten: number },
): Promise<TouchedRow[]> {
  if (rows.length === 0) return [];
  const writes = rows.map(({ key, before, delta: { count, sum, min, max } }): RowWrite => {
    const aggregate = { count, sum, min, max };
    if (before) mergeInto(aggregate, before);
    return { key, seen: before?.version ?? 0, aggregate };
  });
  const conflicts = await store.writeRows(writes);
  const lost: TouchedRow[] = [];
  for (let i = 0; i < rows.length; i++) {
    const { cached, key } = rows[i]!;
    const { seen, aggregate } = writes[i]!;
    if (conflicts.size > 0 && conflicts.has(key.id)) {
      cache.delete(cached, level, key);
      lost.push(rows[i]!);
    } else cache.set(cached, level, key, { version: seen + 1, ...aggregate });
  }
  counts.rowsWritten += rows.length - lost.length;
  return lost;
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
