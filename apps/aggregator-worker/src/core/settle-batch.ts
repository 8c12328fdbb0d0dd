/* Long because the order of its steps is the protocol: it is read from top to bottom. */

import { eventKey } from '@iot/telemetry';
import {
  countableFrom,
  isSound,
  mergeInto,
  recompute,
  rowFloor,
  type RollupStore,
  type RowWrite,
  type Standing,
  type Turns,
  type WindowSize,
} from '@iot/rollup';
import type { InsertOutcome, TelemetryEvent } from './event.js';
import type { PendingRows } from './pending-rows.js';
import type { RowCache } from './row-cache.js';
import { TouchedRows, type TouchedRow } from './touched-rows.js';

/**
 * What the store says of an event: it is stored now; it was, and by which record; or why it refuses
 * this one document.
 */
export type InsertAnswer = 'new' | { readonly storedFrom: string } | { readonly refused: string };

/** The store of raw events, as the protocol sees it. */
export interface RawStore {
  /**
   * Inserts events that have distinct keys, each under its key unless that is taken. May throw when
   * the store is unwell; then nothing is known of its effect.
   * @returns an answer for each
   */
  insert(events: readonly TelemetryEvent[]): Promise<readonly InsertAnswer[]>;
  /** The source of each event that is stored, by a majority; undefined where none is. */
  sourcesOf(events: readonly TelemetryEvent[]): Promise<readonly (string | undefined)[]>;
}

/** What became of rows. */
export interface RowCounts {
  rowsWritten: number;
  rowsRecomputed: number;
  /** Rows lost to another writer's compare-and-set. */
  conflicts: number;
}

const newCounts = (): RowCounts => ({ rowsWritten: 0, rowsRecomputed: 0, conflicts: 0 });

/**
 * Rows in doubt can no longer be recomputed: what they are made of was removed since their events
 * were taken. Their events must be delivered again, and are judged by their age anew.
 */
export class NotRecomputable extends Error {
  override readonly name = 'NotRecomputable';
}

export interface Settled extends Readonly<RowCounts> {
  /** One for each event, in order. */
  readonly outcomes: readonly InsertOutcome[];
}

export interface SettleOptions {
  readonly windows: readonly WindowSize[];
  /**
   * What may be built upon; asked before each step that does. Throws when another configuration is
   * in force: then nothing more is written.
   */
  readonly standing: () => Standing;
  /**
   * Version of rows that are new. Drawn for each batch: a row that was deleted must not come back
   * under a version that somebody remembers.
   */
  readonly firstVersion: number;
  /** Whose turn it is to recompute; absent: of the process. */
  readonly turns?: Turns;
}

interface Stores {
  readonly raw: RawStore;
  readonly rollups: RollupStore;
}

/**
 * Stores a batch so that afterwards every row of the smallest windows equals the fold of the stored
 * raw events in its window, whatever happened before and whoever else writes. Rows of larger
 * windows are left in `pending`, and are right once {@link writePending} has written them: until
 * then the batch must not count as handled. The order of the steps is what makes that true;
 * docs/architecture.md says why.
 */
export async function settleBatch(
  stores: Stores,
  cache: RowCache,
  pending: PendingRows,
  events: readonly TelemetryEvent[],
  options: SettleOptions,
): Promise<Settled> {
  const first = distinct(events);
  // Of all of them: which record of an event is the stored one, and so which rows are in doubt,
  // only the store knows.
  const touched = new TouchedRows(options.windows, events, cache);
  const counts = newCounts();
  try {
    const standing = options.standing();
    pending.under(standing.facts.epoch);
    await rowsBeforeInsert(stores.rollups, cache, pending, touched, rulesOf(options, standing));
    const outcomes = outcomesOf(events, first, await stores.raw.insert(first));
    mustBeNew(events, outcomes, options);
    touched.settle(outcomes);
    for (const [level, { source, rows }] of touched.levels.entries())
      if (!source) await writeLevel(stores.rollups, cache, level, rows, options, counts);
    pending.add(touched.levels, first.length);
    return { outcomes, ...counts };
  } catch (error) {
    // What was written is not known, so what is cached may be old.
    touched.levels.forEach(({ rows }, level) => forget(cache, level, rows));
    throw error;
  }
}

/**
 * Writes the rows of larger windows that batches left, smaller windows first. After an error the
 * rest is pending, and what may have been written is in doubt.
 */
export async function writePending(
  stores: Pick<Stores, 'rollups'>,
  cache: RowCache,
  pending: PendingRows,
  options: SettleOptions,
): Promise<RowCounts> {
  const counts = newCounts();
  pending.under(options.standing().facts.epoch);
  for (const level of pending.levels()) {
    const rows = pending.rowsOf(level);
    try {
      await writeLevel(stores.rollups, cache, level, rows, options, counts);
    } catch (error) {
      forget(cache, level, rows);
      pending.doubt(level);
      throw error;
    }
    pending.written(level);
  }
  return counts;
}

/**
 * An event that is new to the store may have been stored, counted and removed before, if it took so
 * long to store it that raw events of its age are not all kept any more.
 */
function mustBeNew(
  events: readonly TelemetryEvent[],
  outcomes: readonly InsertOutcome[],
  { windows, standing }: SettleOptions,
): void {
  const { facts, now } = standing();
  const from = countableFrom(facts, windows, now);
  for (let i = 0; i < events.length; i++)
    if (events[i]!.reading.ts < from && outcomes[i] === 'new')
      throw new NotRecomputable(
        `event ${eventKey(events[i]!.reading)} became too old while it was stored`,
      );
}

/** The first event of each key. */
function distinct(events: readonly TelemetryEvent[]): readonly TelemetryEvent[] {
  const ids = new Set<string>();
  for (const { reading } of events) ids.add(reading.eventId);
  if (ids.size === events.length) return events;
  // Ids that occur twice: of two devices, such as counters are, or of copies.
  const keys = new Set<string>();
  return events.filter(({ reading }) => {
    const before = keys.size;
    return keys.add(eventKey(reading)).size > before;
  });
}

/** What the facts say of the rows of a level. */
interface LevelRules {
  /** Rows that start before are not kept any more. */
  readonly keptFrom: number;
  /** Of rows that start before, only those of this era were kept up to date. */
  readonly completeSince: number;
  readonly era: number;
}

const rulesOf = ({ windows }: SettleOptions, { facts, now }: Standing): LevelRules[] =>
  windows.map(({ label }) => {
    const size = facts.sizes[label];
    return size
      ? { keptFrom: rowFloor(size, now), completeSince: size.completeSince, era: size.era }
      : { keptFrom: -Infinity, completeSince: -Infinity, era: 0 };
  });

/**
 * Finds every touched row that exists, as it was before any event of this batch was inserted; of a
 * pending row that is known already.
 */
async function rowsBeforeInsert(
  store: RollupStore,
  cache: RowCache,
  pending: PendingRows,
  touched: TouchedRows,
  rules: readonly LevelRules[],
): Promise<void> {
  const missing: TouchedRow[][] = touched.levels.map(() => []);
  touched.levels.forEach(({ rows, source }, level) => {
    const { keptFrom } = rules[level]!;
    for (const row of rows) {
      if (row.key.start < keptFrom || (source && pending.has(level, row.key.id))) continue;
      row.before = cache.get(row.cached, level, row.key);
      if (!row.before) missing[level]!.push(row);
    }
  });
  const ids = missing.flatMap((rows) => rows.map(({ key }) => key.id));
  if (ids.length === 0) return;
  const found = await store.readRows(ids);
  missing.forEach((rows, level) => {
    const { completeSince, era } = rules[level]!;
    for (const row of rows) {
      row.before = found.get(row.key.id);
      row.unknown = row.key.start < completeSince && (!row.before || (row.before.era ?? 0) !== era);
      // A row with values that do not count, of an older version, is made anew.
      row.inDoubt = row.before !== undefined && !isSound(row.before);
    }
  });
}

async function writeLevel(
  store: RollupStore,
  cache: RowCache,
  level: number,
  rows: readonly TouchedRow[],
  options: SettleOptions,
  counts: RowCounts,
): Promise<void> {
  const { windows, standing, turns, firstVersion } = options;
  const { keptFrom, era } = rulesOf(options, standing())[level]!;
  const certain: TouchedRow[] = [];
  const again: TouchedRow[] = [];
  for (const row of rows) {
    if (row.key.start < keptFrom) continue;
    if (row.inDoubt || (row.unknown && row.delta.count > 0)) again.push(row);
    else if (row.delta.count > 0) certain.push(row);
  }
  const lost = await writeDeltas(store, cache, level, certain, era, firstVersion, counts);
  counts.conflicts += lost.length;
  again.push(...lost);
  if (again.length === 0) return;
  forget(cache, level, again);
  const keys = again.map(({ key }) => key);
  const recomputed = await recompute(store, windows[level]!, keys, windows, standing, turns);
  for (const { cached, key } of again) {
    const row = recomputed.rows.get(key.id);
    if (row) cache.set(cached, level, key, row);
  }
  counts.rowsRecomputed += recomputed.rows.size;
  const { beyond } = recomputed;
  if (beyond.length > 0)
    throw new NotRecomputable(
      `${beyond.length} rows, such as ${beyond[0]!.id}, can be recomputed from nothing any more`,
    );
}

function forget(cache: RowCache, level: number, rows: readonly TouchedRow[]): void {
  for (const { cached, key } of rows) cache.delete(cached, level, key);
}

/**
 * Writes what was before + delta under compare-and-set. Returns the rows that someone else had
 * written, or deleted.
 */
async function writeDeltas(
  store: RollupStore,
  cache: RowCache,
  level: number,
  rows: readonly TouchedRow[],
  era: number,
  firstVersion: number,
  counts: RowCounts,
): Promise<TouchedRow[]> {
  if (rows.length === 0) return [];
  const writes = rows.map(({ key, before, delta: { count, sum, min, max } }): RowWrite => {
    const aggregate = { count, sum, min, max };
    if (before) mergeInto(aggregate, before);
    const seen = before?.version ?? 0;
    return { key, seen, version: seen > 0 ? seen + 1 : firstVersion, aggregate, era };
  });
  const conflicts = await store.writeRows(writes);
  const lost: TouchedRow[] = [];
  for (let i = 0; i < rows.length; i++) {
    const { cached, key } = rows[i]!;
    const { version, aggregate } = writes[i]!;
    if (conflicts.size > 0 && conflicts.has(key.id)) {
      cache.delete(cached, level, key);
      lost.push(rows[i]!);
    } else cache.set(cached, level, key, { version, ...aggregate });
  }
  counts.rowsWritten += rows.length - lost.length;
  return lost;
}

function outcomesOf(
  events: readonly TelemetryEvent[],
  first: readonly TelemetryEvent[],
  answers: readonly InsertAnswer[],
): readonly InsertOutcome[] {
  if (events.length === first.length)
    return answers.map((answer, i) => outcomeOf(events[i]!, events[i]!, answer));
  const byKey = new Map(
    first.map((event, i) => [eventKey(event.reading), { event, answer: answers[i]! }]),
  );
  return events.map((event) => {
    const { event: inserted, answer } = byKey.get(eventKey(event.reading))!;
    return outcomeOf(event, inserted, answer);
  });
}

/** What the answer to `inserted` means for an event of the same key. */
function outcomeOf(
  event: TelemetryEvent,
  inserted: TelemetryEvent,
  answer: InsertAnswer,
): InsertOutcome {
  if (answer === 'new') return event === inserted ? 'new' : 'duplicate';
  if ('refused' in answer) return answer;
  return answer.storedFrom === event.source ? 'replayed' : 'duplicate';
}
