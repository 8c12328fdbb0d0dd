import {
  addValue,
  emptyAggregate,
  mergeInto,
  windowStart,
  type Aggregate,
  type RollupConfiguration,
  type RollupStore,
  type Row,
  type RowKey,
  type RowWrite,
  type WindowSize,
} from '@iot/rollup';
import { eventKey } from '@iot/telemetry';
import type { TelemetryEvent } from '../event.js';
import type { InsertAnswer, RawStore } from '../settle-batch.js';

/** A run's source of chance: the same seed plays the same run (mulberry32). */
export function chance(seed: number): {
  next(): number;
  below(n: number): number;
  pick<T>(items: readonly T[]): T;
} {
  // Signed, as V8 makes an object of each number above 2^31; the bits are the same.
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number): number => Math.floor(next() * n);
  return { next, below, pick: (items) => items[below(items.length)]! };
}

export type Chance = ReturnType<typeof chance>;

/** Thrown at a worker instead of an answer; what it asked for may have happened. */
export class NoAnswer extends Error {}
/** Thrown at a worker that is gone. */
export class Crashed extends Error {}

interface StoredRow {
  readonly row: Row;
  readonly key: RowKey;
  readonly expireAt: number;
}

/**
 * What is stored, what time it is, and every step on it as a point where a run may switch to
 * another worker, or end this one.
 */
export class World {
  readonly raw = new Map<string, TelemetryEvent>();
  /** What an older version stored, by event id alone. */
  readonly bare = new Map<string, TelemetryEvent>();
  readonly rows = new Map<string, StoredRow>();
  /** How long the index keeps raw events, ms. */
  indexMs = Infinity;
  /** Told of every event that is stored for the first time. */
  onInsert: (worker: number, event: TelemetryEvent) => void = () => undefined;
  private readonly waiting: { worker: number; go: () => void; end: (error: Error) => void }[] = [];
  private readonly dead = new Set<number>();

  constructor(
    readonly random: Chance,
    public now: number,
    /** Planted: a compare-and-set on a row that was deleted writes it again. */
    private readonly resurrects = false,
  ) {}

  /** A worker's next step begins when the run lets it. */
  step(worker: number): Promise<void> {
    return new Promise((go, end) => {
      if (this.dead.has(worker)) end(new Crashed());
      else this.waiting.push({ worker, go, end });
    });
  }

  /** Lets one waiting worker take its step. False: none waits. */
  async advance(only?: number): Promise<boolean> {
    const able =
      only === undefined ? this.waiting : this.waiting.filter(({ worker }) => worker === only);
    if (able.length === 0) return false;
    const [taken] = this.waiting.splice(this.waiting.indexOf(this.random.pick(able)), 1);
    taken!.go();
    await new Promise(setImmediate);
    return true;
  }

  /** The worker is gone: what it waits for never happens. */
  crash(worker: number): void {
    this.dead.add(worker);
    for (let i = this.waiting.length - 1; i >= 0; i--)
      if (this.waiting[i]!.worker === worker) this.waiting.splice(i, 1)[0]!.end(new Crashed());
  }

  /** Retention removes some, or all, of what is over. */
  removeExpired(all: boolean): void {
    const taken = (): boolean => all || this.random.next() < 0.6;
    for (const [id, { reading }] of this.raw)
      if (reading.ts <= this.now - this.indexMs && taken()) this.raw.delete(id);
    for (const [id, { expireAt }] of this.rows)
      if (expireAt <= this.now && taken()) this.rows.delete(id);
  }

  /** All raw events, whichever version stored them. */
  get stored(): TelemetryEvent[] {
    return [...this.raw.values(), ...this.bare.values()];
  }

  rawStore(
    worker: number,
    keyOf = (event: TelemetryEvent): string => eventKey(event.reading),
    looksForBareIds = true,
  ): RawStore {
    return {
      insert: async (events) => {
        const answers = new Map<TelemetryEvent, InsertAnswer>();
        if (this.bare.size > 0 && looksForBareIds) {
          await this.step(worker);
          for (const event of events) {
            const old = this.bare.get(event.reading.eventId);
            if (old?.reading.deviceId === event.reading.deviceId)
              answers.set(event, { storedFrom: old.source });
          }
        }
        const order = events
          .filter((event) => !answers.has(event))
          .sort(() => this.random.next() - 0.5);
        for (const event of order) {
          await this.step(worker);
          if (this.random.next() < 0.02) throw new NoAnswer();
          const key = keyOf(event);
          const stored = this.raw.get(key);
          if (!stored) {
            this.raw.set(key, event);
            this.onInsert(worker, event);
          }
          answers.set(event, stored ? { storedFrom: stored.source } : 'new');
          if (this.random.next() < 0.03) throw new NoAnswer();
        }
        return events.map((event) => answers.get(event)!);
      },
      sourcesOf: async (events) => {
        await this.step(worker);
        return events.map(
          (event) => this.stored.find(({ reading }) => eventKey(reading) === keyOf(event))?.source,
        );
      },
    };
  }

  /** @param config of the worker: it gives rows their end */
  rollupStore(worker: number, config: RollupConfiguration): RollupStore {
    return {
      readRows: async (ids) => {
        const found = new Map<string, Row>();
        for (const id of ids) {
          await this.step(worker);
          const stored = this.rows.get(id);
          if (stored) found.set(id, { ...stored.row });
        }
        return found;
      },
      writeRows: async (writes) => {
        const conflicts = new Set<string>();
        for (const write of [...writes].sort(() => this.random.next() - 0.5)) {
          await this.step(worker);
          if (!this.compareAndSet(write, config)) conflicts.add(write.key.id);
          if (this.random.next() < 0.03) throw new NoAnswer();
        }
        return conflicts;
      },
      foldRaw: (keys) =>
        this.fold(worker, keys, (into, key) => {
          for (const { reading } of this.stored)
            if (
              reading.deviceId === key.deviceId &&
              windowStart(reading.ts, key.window.ms) === key.start
            )
              addValue(into, reading.values[key.sensorType]!);
        }),
      foldRows: (keys, smaller) =>
        this.fold(worker, keys, (into, key) => {
          for (const { key: other, row } of this.rows.values())
            if (
              other.window.ms === smaller.ms &&
              other.deviceId === key.deviceId &&
              windowStart(other.start, key.window.ms) === key.start
            )
              mergeInto(into, row);
        }),
    };
  }

  compareAndSet(
    { key, seen, version, aggregate, era }: RowWrite,
    config: RollupConfiguration,
    check = true,
  ): boolean {
    const stored = this.rows.get(key.id);
    if (check && (stored?.row.version ?? (this.resurrects ? seen : 0)) !== seen) return false;
    const expireAt = key.start + (config.rollupRetentionMs[key.window.label] ?? Infinity);
    this.rows.set(key.id, { key, row: { ...aggregate, version, era }, expireAt });
    return true;
  }

  private async fold(
    worker: number,
    keys: readonly RowKey[],
    add: (into: Aggregate, key: RowKey) => void,
  ): Promise<Map<string, Aggregate>> {
    const folds = new Map<string, Aggregate>();
    for (const key of keys) {
      await this.step(worker);
      const aggregate = emptyAggregate();
      add(aggregate, key);
      if (aggregate.count > 0) folds.set(key.id, aggregate);
    }
    // The answer is on its way.
    await this.step(worker);
    return folds;
  }
}

/**
 * What the rows must say: written apart from the code under test, straight from the distinct
 * events.
 */
export function expectedRows(
  events: Iterable<TelemetryEvent>,
  windows: readonly WindowSize[],
): Record<string, { count: number; sum: number; min: number; max: number }> {
  const rows: Record<string, { count: number; sum: number; min: number; max: number }> = {};
  for (const { reading } of events)
    for (const { label, ms } of windows)
      for (const [sensor, value] of Object.entries(reading.values)) {
        const id = [reading.deviceId, sensor, label, reading.ts - (reading.ts % ms)].join('|');
        const row = (rows[id] ??= { count: 0, sum: 0, min: value, max: value });
        row.count += 1;
        row.sum += value;
        row.min = Math.min(row.min, value);
        row.max = Math.max(row.max, value);
      }
  return rows;
}
