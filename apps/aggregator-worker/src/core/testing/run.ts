import { rowId, Turns, type RollupConfiguration, type WindowSize } from '@iot/rollup';
import { eventKey, type Reading } from '@iot/telemetry';
import { PendingRows } from '../pending-rows.js';
import { RowCache } from '../row-cache.js';
import type { TelemetryEvent } from '../event.js';
import { settleBatch, writePending } from '../settle-batch.js';
import { joinedStores } from '../../output/joined-stores.js';
import { completeFacts } from './complete-facts.js';
import { mutatedStores, type Mutation } from './mutations.js';
import { chance, Crashed, expectedRows, NoAnswer, World } from './world.js';

const MINUTE = 60_000;
/** Three sizes, each made of two of the one before. */
const WINDOWS: WindowSize[] = [1, 2, 4].map((n) => ({ label: `${n}m`, ms: n * MINUTE }));
const PARTITIONS = 3;
const SPAN_MINUTES = 6;
const DEVICES = ['a', 'b'] as const;
const CONFIG: RollupConfiguration = {
  windows: WINDOWS,
  rollupRetentionMs: {},
  rawRetentionMs: Infinity,
};
const FACTS = completeFacts(WINDOWS);

const MAX_HOPS = 3;

class LargestFirst extends PendingRows {
  override levels(): number[] {
    return super.levels().reverse();
  }
}

interface Logged {
  readonly event: TelemetryEvent;
  /** Times it was set aside. */
  readonly hops: number;
}

type Stores = Parameters<typeof settleBatch>[0];

/** A worker of the model. */
interface Process {
  readonly worker: number;
  readonly cache: RowCache;
  /** What all its partitions write to, where they do so together. */
  readonly joined: Stores | undefined;
}

/** Joined calls go out after a step, in which other partitions may join, or the worker end. */
function joinedAt(world: World, worker: number): Stores {
  const none = { join: () => Promise.resolve(), forget: () => undefined };
  return joinedStores(
    { raw: world.rawStore(worker), rollups: world.rollupStore(worker, CONFIG), devices: none },
    {
      soon: (work) => void world.step(worker).then(work, () => undefined),
      meetsAll: () => world.random.next() < 0.5,
    },
  );
}

/**
 * Plays one run: a log with ids that devices share, and with copies within and across partitions,
 * which may say something else; what an older version stored under bare ids; one partition stands
 * for the retry topics and takes what is set aside or redriven; a worker a partition that may
 * crash, lose its partition and go on as a zombie, or get no answer, at any step; and in the end
 * every worker that still sleeps wakes up.
 * @param together a worker has several partitions, one cache for all, and joins what they call
 * @returns what the rows say and what they should say, and the same of the stored events
 */
export async function play(
  seed: number,
  mutation?: Mutation,
  together = false,
): Promise<{ got: object; expected: object }> {
  const random = chance(seed);
  const world = new World(random, 0);
  const log: Logged[][] = Array.from({ length: PARTITIONS }, () => []);
  const count = 3 + random.below(12);
  for (let i = 0; i < count; i++) {
    const ids = { eventId: `e${i >> 1}`, deviceId: DEVICES[i % 2]! };
    // Powers of two: a wrong sum shows which event is missing or doubled.
    const reading = (copy: number): Reading => ({
      ...ids,
      ts: random.below(SPAN_MINUTES * MINUTE),
      values: { v: 2 ** (3 * i + copy) },
    });
    let said = reading(0);
    const append = (partition: number, source?: string): string => {
      const place = `${partition}/${log[partition]!.length}`;
      log[partition]!.push({
        event: { reading: said, source: source ?? place, receivedAt: 0 },
        hops: 0,
      });
      return place;
    };
    const copies = random.pick([1, 1, 1, 2, 3]);
    const home = random.below(PARTITIONS);
    for (let copy = 0; copy < copies; copy++) {
      if (copy > 0 && random.next() < 0.4) said = reading(copy);
      const partition = random.next() < 0.6 ? home : random.below(PARTITIONS);
      const place = append(partition);
      // An older version had stored it when it was stopped, and nothing more.
      if (copy === 0 && random.next() < 0.1 && !world.bare.has(ids.eventId))
        world.bare.set(ids.eventId, log[partition]!.at(-1)!.event);
      // The same record again on the retry topic, or redriven: it keeps the place that it had
      // first.
      if (random.next() < 0.25)
        append(
          PARTITIONS - 1,
          mutation === 'a retried record counts as another record' ? undefined : place,
        );
    }
  }

  const committed = new Array<number>(PARTITIONS).fill(0);
  const generation = new Array<number>(PARTITIONS).fill(0);
  const windows = mutation === 'larger windows first' ? [...WINDOWS].reverse() : WINDOWS;
  let workers = 0;

  const work = async (
    { worker, cache, joined }: Process,
    partition: number,
    mine: number,
  ): Promise<void> => {
    const stores = (batch: readonly TelemetryEvent[]): Stores =>
      joined ?? mutatedStores(world, worker, batch, CONFIG, mutation);
    const commit = (offset: number): void => {
      // Kafka refuses the commit of a member that has been replaced.
      if (generation[partition] === mine) committed[partition] = offset;
    };
    const pending =
      mutation === 'largest windows written first' ? new LargestFirst() : new PendingRows();
    const options = {
      windows,
      standing: () => ({ facts: FACTS, now: 0 }),
      turns: new Turns(1),
      get firstVersion() {
        return 1 + random.below(1000);
      },
    };
    /** Writes what is pending and commits. False: it is still pending. */
    const write = async (at: number): Promise<boolean> => {
      if (mutation === 'larger rows read when they are written')
        for (const level of pending.levels())
          for (const row of pending.rowsOf(level)) row.before = world.rows.get(row.key.id)?.row;
      const levels =
        mutation === 'larger rows forgotten by a write that failed' ? pending.levels() : [];
      try {
        await writePending(stores([]), cache, pending, options);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        levels.forEach((level) => pending.written(level));
        if (levels.length === 0) return false;
      }
      await world.step(worker);
      commit(at);
      return true;
    };
    let at = committed[partition]!;
    while (at < log[partition]!.length) {
      await world.step(worker);
      const records = log[partition]!.slice(at, at + 1 + random.below(5));
      const batch = records.map(({ event }) => event);
      if (mutation === 'offset committed before the writes') commit(at + batch.length);
      try {
        await settleBatch(stores(batch), cache, pending, batch, options);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        if (random.next() < 0.5 || records.some(({ hops }) => hops === MAX_HOPS)) continue;
        await setAside(worker, records);
      }
      at += batch.length;
      await world.step(worker);
      if (mutation === 'offset committed before the larger windows') commit(at);
      if (random.next() < 0.4) await write(at);
    }
    // Not the log's end: others may have set records aside meanwhile, which no one has handled.
    while (!(await write(at)));
  };
  /** The records go on to the retry topic, their own place kept. */
  const setAside = async (worker: number, records: readonly Logged[]): Promise<void> => {
    await world.step(worker);
    const retries = log[PARTITIONS - 1]!;
    for (const { event, hops } of records) {
      const source =
        mutation === 'a retried record counts as another record'
          ? `retry/${retries.length}`
          : event.source;
      retries.push({ event: { ...event, source }, hops: hops + 1 });
    }
  };
  const newProcess = (): Process => {
    const worker = workers++;
    // More rows than a run has, and no more: each of its many workers makes one.
    const cache = new RowCache(100, windows.length);
    return { worker, cache, joined: together ? joinedAt(world, worker) : undefined };
  };
  const start = (partition: number, process = newProcess()): number => {
    work(process, partition, generation[partition]!).catch((error: unknown) => {
      if (!(error instanceof Crashed)) throw error;
    });
    return process.worker;
  };
  /** A new worker takes a partition, or several: of one that crashes all that it had. */
  const takeOver = (): void => {
    const process = newProcess();
    const first = random.below(PARTITIONS);
    const old = owners[first]!;
    const crashes = random.next() < 0.4;
    if (crashes) world.crash(old);
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const goes = crashes ? owners[partition] === old : together && random.next() < 0.5;
      if (partition !== first && !goes) continue;
      generation[partition]!++;
      owners[partition] = start(partition, process);
    }
  };

  const initial = together ? newProcess() : undefined;
  const owners = log.map((_, partition) => start(partition, initial));
  const steps = 20 + random.below(380);
  for (let i = 0; i < steps; i++) {
    if (random.next() < 0.04) takeOver();
    await world.advance();
  }
  for (const owner of owners) while (await world.advance(owner));
  while (await world.advance());
  // A last replay from what is committed.
  for (let partition = 0; partition < PARTITIONS; partition++) {
    generation[partition]!++;
    start(partition);
  }
  while (await world.advance());

  const rows = Object.fromEntries(
    [...world.rows.values()].map(({ key, row: { count: n, sum, min, max } }) => [
      rowId(key.deviceId, key.sensorType, key.window.label, key.start),
      { count: n, sum, min, max },
    ]),
  );
  const said = new Map(log.flat().map(({ event: { source, reading } }) => [source, reading]));
  const isRight = ({ source, reading }: TelemetryEvent): boolean => said.get(source) === reading;
  return {
    got: {
      rows,
      events: world.stored.map(({ reading }) => eventKey(reading)).sort(),
      right: world.stored.every(isRight),
    },
    expected: {
      rows: expectedRows(world.stored, WINDOWS),
      events: [...new Set([...said.values()].map(eventKey))].sort(),
      right: true,
    },
  };
}
