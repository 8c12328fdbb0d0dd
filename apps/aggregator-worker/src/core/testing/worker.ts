import {
  NotInForce,
  recompute,
  rowKey,
  sourceOf,
  Turns,
  windowStart,
  type RollupConfiguration,
  type Standing,
} from '@iot/rollup';
import { PendingRows } from '../pending-rows.js';
import { RowCache } from '../row-cache.js';
import type { TelemetryEvent } from '../event.js';
import { NotRecomputable, settleBatch, writePending, type SettleOptions } from '../settle-batch.js';
import { takenEvents } from '../taken-events.js';
import { unseen, type FactMutation, type Stores } from './fact-mutations.js';
import { Crashed, NoAnswer, type World } from './world.js';

export interface Logged {
  readonly event: TelemetryEvent;
  /** Times it was set aside. */
  readonly hops: number;
}

/** What a worker of the model has to do with. */
export interface Work {
  readonly world: World;
  readonly worker: number;
  readonly config: RollupConfiguration;
  readonly mutation: FactMutation | undefined;
  readonly standing: () => Standing;
  readonly log: readonly Logged[];
  /** Where the partition's committed offset is. */
  readonly committed: () => number;
  /** Kafka refuses it from a member that has been replaced. */
  readonly commit: (offset: number) => void;
  readonly setAside: (records: readonly Logged[]) => void;
  /** Told of what was refused for its age. */
  readonly refused: (event: TelemetryEvent) => void;
  /** Resolves when more may have come. */
  readonly more: () => Promise<void>;
}

const MAX_HOPS = 3;

/**
 * One partition's part of an aggregator, from its start to its end: it crashes, or finds that
 * another configuration is in force.
 */
export async function work(of: Work): Promise<void> {
  for (;;)
    try {
      return await consume(of);
    } catch (error) {
      if (error instanceof Crashed || error instanceof NotInForce) return;
      // What is pending cannot be recomputed any more: from the committed offset on again.
      if (!(error instanceof NotRecomputable)) throw error;
    }
}

async function consume({ world, worker, config, mutation, log, ...to }: Work): Promise<void> {
  const planted = unseen(to.standing, mutation);
  const { standing } = planted;
  const { random } = world;
  const { windows } = config;
  const cache = new RowCache(1000, windows.length);
  const pending = new PendingRows();
  const options: SettleOptions = {
    windows,
    standing,
    turns: new Turns(1),
    get firstVersion() {
      return 1 + random.below(2 ** 30);
    },
  };
  const stores: Stores = planted.stores({
    raw: world.rawStore(worker),
    rollups: world.rollupStore(worker, config),
  });
  const commit = async (offset: number): Promise<void> => {
    await world.step(worker);
    standing();
    await world.step(worker);
    to.commit(offset);
  };
  /** Writes what is pending and commits. False: it is still pending. */
  const write = async (at: number): Promise<boolean> => {
    try {
      await writePending(stores, cache, pending, options);
    } catch (error) {
      if (error instanceof NoAnswer) return false;
      throw error;
    }
    await commit(at);
    return true;
  };
  for (let at = to.committed(); ;) {
    while (at < log.length) {
      await world.step(worker);
      const records = log.slice(at, at + 1 + random.below(5));
      const batch = records.map(({ event }) => event);
      try {
        const look =
          mutation === 'what was stored and is close to retention is not looked for'
            ? { sourcesOf: async () => [] }
            : stores.raw;
        const taken = await takenEvents(look, batch, windows, standing());
        for (const index of taken.refused.keys()) to.refused(batch[index]!);
        await settleBatch(stores, cache, pending, taken.events, options);
      } catch (error) {
        if (error instanceof NotRecomputable) continue;
        if (!(error instanceof NoAnswer)) throw error;
        if (random.next() < 0.5 || records.some(({ hops }) => hops === MAX_HOPS)) continue;
        await world.step(worker);
        to.setAside(records);
      }
      at += batch.length;
      await world.step(worker);
      if (random.next() < 0.4) await write(at);
    }
    while (!(await write(at)));
    await to.more();
    await world.step(worker);
  }
}

/** What `telemetryctl backfill` does, for one size. */
export async function backfill(
  { world, worker, config, standing }: Pick<Work, 'world' | 'worker' | 'config' | 'standing'>,
  label: string,
  done: (now: number) => void,
): Promise<void> {
  const size = config.windows.find((window) => window.label === label)!;
  try {
    await world.step(worker);
    const { facts, now } = standing();
    const starts = new Map<string, number>();
    for (const { reading } of world.raw.values())
      starts.set(
        `${reading.deviceId} ${windowStart(reading.ts, size.ms)}`,
        windowStart(reading.ts, size.ms),
      );
    const keys = [...starts].map(([name, start]) => rowKey(name.split(' ')[0]!, 'v', size, start));
    const some = keys.filter(
      ({ start }) => sourceOf(facts, config.windows, size, start, now) !== undefined,
    );
    await recompute(
      world.rollupStore(worker, config),
      size,
      some,
      config.windows,
      standing,
      new Turns(1),
    );
    await world.step(worker);
    // By its own clock, as it was by this one that it left out what was too old.
    done(standing().now);
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof Crashed || error instanceof NotInForce))
      throw error;
  }
}
