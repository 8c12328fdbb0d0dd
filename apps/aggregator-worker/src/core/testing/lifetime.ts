/* Long because the world that it plays is one state machine, whose steps share all of its state. */

import {
  alignUp,
  backfilledFacts,
  firstFacts,
  NotInForce,
  presentFault,
  rawFloor,
  recompute,
  reconfigured,
  rowKey,
  settledFacts,
  sourceOf,
  takenFrom,
  Turns,
  windowStart,
  type Facts,
  type RollupConfiguration,
  type Standing,
} from '@iot/rollup';
import { anyConfiguration, HOUR, SIZES } from './configurations.js';
import { mutatedStanding, type FactMutation } from './fact-mutations.js';
import { Fates, wrongRows } from './oracle.js';
import { backfill, work, type Logged } from './worker.js';
import { chance, World, type Chance } from './world.js';

const MINUTE = 60_000;
const START = 1_600_000_000_000 - (1_600_000_000_000 % (8 * HOUR));
const PARTITIONS = 3;
/** Clocks are apart by less than the margin that the facts have for it. */
const SKEW = 2 * MINUTE;

/**
 * Plays one run and returns the rows that are wrong at its end. A log with repeated ids within and
 * across partitions, and late, very late and future readings; one partition stands for the retry
 * topics and takes what is set aside; a worker a partition that may crash, lose its partition and
 * go on as a zombie, or get no answer, at any step. Between its phases time passes and retention
 * removes, WINDOWS and the retentions change, back-fills run, partitions are added, offsets go
 * back, rows are deleted; and in the end every worker that still sleeps wakes up.
 */
export async function playLifetime(seed: number, mutation?: FactMutation): Promise<string[]> {
  const run = new Run(chance(seed), mutation);
  const phases = 1 + run.random.below(4);
  for (let phase = 0; phase < phases; phase++) {
    await run.changes(phase);
    run.append();
    await run.interleave();
    await run.drain();
  }
  return run.end();
}

class Run {
  private readonly world: World;
  private readonly fates = new Fates();
  private config: RollupConfiguration;
  private facts: Facts;
  private readonly log: Logged[][] = [];
  private readonly committed: number[] = [];
  private readonly generation: number[] = [];
  private readonly owners: number[] = [];
  private readonly epochOf = new Map<number, number>();
  private readonly idle: (() => void)[] = [];
  private readonly insertedUnder = new Map<string, number>();
  /** Rows that somebody deleted, and those that may be made of them. */
  private readonly deleted: { readonly device: string; readonly start: number }[] = [];
  private workers = 0;
  private events = 0;
  private failure: Error | undefined;

  constructor(
    readonly random: Chance,
    private readonly mutation: FactMutation | undefined,
  ) {
    this.world = new World(
      random,
      START + random.below(8 * HOUR),
      mutation === 'a row that was deleted is written again',
    );
    this.config = anyConfiguration(random);
    const complete = new Set(this.config.windows.map(({ label }) => label));
    this.facts = firstFacts(this.config, {
      complete,
      rawRetentionMs: this.config.rawRetentionMs,
      rawKeptSince: -Infinity,
    });
    this.world.indexMs = this.config.rawRetentionMs;
    this.world.onInsert = (worker, event) => this.inserted(worker, event);
    for (let partition = 0; partition < PARTITIONS; partition++) this.addPartition();
  }

  private addPartition(): void {
    this.log.push([]);
    this.committed.push(0);
    this.generation.push(0);
    this.owners.push(this.start(this.log.length - 1));
  }

  private inserted(worker: number, event: Logged['event']): void {
    const id = event.reading.eventId;
    if (!this.fates.stored.has(id)) this.fates.stored.set(id, event);
    if (!this.owners.includes(worker)) return;
    this.fates.certain.add(id);
    this.insertedUnder.set(id, this.epochOf.get(worker)!);
  }

  private standing(worker: number): () => Standing {
    const skew = this.random.below(2 * SKEW) - SKEW;
    const { mutation } = this;
    const { facts } = this;
    this.epochOf.set(worker, facts.epoch);
    const own = facts;
    return () => {
      const now = this.world.now + skew;
      const others = this.facts.epoch !== own.epoch;
      if (others && mutation === 'a changed configuration works while workers of the old one do')
        return { facts: own, now };
      if (others) throw new NotInForce();
      return mutatedStanding({ facts: this.facts, now }, mutation);
    };
  }

  private start(partition: number): number {
    const worker = this.workers++;
    const mine = this.generation[partition]!;
    const log = this.log[partition]!;
    const handledFrom = this.committed[partition]!;
    const refused = new Set<string>();
    const movedOn = new Set<Logged>();
    void work({
      world: this.world,
      worker,
      config: this.config,
      mutation: this.mutation,
      standing: this.standing(worker),
      log,
      committed: () => this.committed[partition]!,
      commit: (offset) => {
        if (this.generation[partition] !== mine) return;
        for (let at = Math.min(handledFrom, this.committed[partition]!); at < offset; at++) {
          const { reading, source } = log[at]!.event;
          const { eventId: event_id } = reading;
          // A copy of what another record stored says nothing: that one is counted when it is
          // handled itself.
          const own = this.fates.stored.get(event_id)?.source === source;
          if (own && !refused.has(event_id) && !movedOn.has(log[at]!))
            this.fates.certain.add(event_id);
        }
        this.committed[partition] = offset;
      },
      setAside: (records) => {
        // They go on to the retry topic, their own place kept, and are counted or refused there.
        const retries = this.log[PARTITIONS - 1]!;
        for (const record of records) {
          const { event, hops } = record;
          movedOn.add(record);
          retries.push({ event: { ...event }, hops: hops + 1 });
        }
      },
      refused: ({ reading: { eventId: event_id } }) => {
        refused.add(event_id);
        // Another configuration cannot count what was stored under the one before.
        if (
          this.insertedUnder.get(event_id) !== this.facts.epoch &&
          this.insertedUnder.has(event_id)
        )
          this.uncertain(event_id);
      },
      more: () => new Promise((resolve) => this.idle.push(resolve)),
    }).catch((error: Error) => (this.failure ??= error));
    return worker;
  }

  private readonly counted = new Set<string>();

  private uncertain(id: string): void {
    if (!this.counted.has(id)) this.fates.certain.delete(id);
  }

  /** A worker is gone, or goes on as a zombie; another one takes its partition. */
  private replace(partition: number, crash: boolean): void {
    this.generation[partition]!++;
    if (crash) this.world.crash(this.owners[partition]!);
    this.owners[partition] = this.start(partition);
  }

  /** All is handled: time passes, and somebody changes something. */
  async changes(phase: number): Promise<void> {
    const { random, world } = this;
    if (phase > 0) {
      for (const id of this.fates.certain) this.counted.add(id);
      world.now += random.pick([0, HOUR / 2, HOUR, 3 * HOUR, 7 * HOUR, 13 * HOUR, 30 * HOUR]);
      world.removeExpired(random.next() < 0.7);
      if (random.next() < 0.6) await this.reconfigure(true);
      if (random.next() < 0.3)
        this.committed.forEach((offset, partition) =>
          this.goBack(partition, random.below(offset + 1)),
        );
      if (random.next() < 0.15) this.purge();
      if (random.next() < 0.15) this.deleteRow();
      if (random.next() < 0.2 && this.log.length < PARTITIONS + 2) this.addPartition();
    }
  }

  /** The group's offsets were reset. */
  private goBack(partition: number, offset: number): void {
    this.committed[partition] = offset;
    this.replace(partition, this.random.next() < 0.7);
  }

  /** Somebody removes all readings and rows, while workers hold rows in memory. */
  private purge(): void {
    for (let worker = 0; worker < this.workers; worker++)
      if (!this.owners.includes(worker)) this.world.crash(worker);
    this.world.raw.clear();
    this.world.rows.clear();
    this.fates.forget();
    this.counted.clear();
    this.insertedUnder.clear();
  }

  private deleteRow(): void {
    const { rows } = this.world;
    if (rows.size === 0) return;
    const id = this.random.pick([...rows.keys()]);
    const { key } = rows.get(id)!;
    rows.delete(id);
    this.deleted.push({ device: key.deviceId, start: key.start });
  }

  /**
   * Another configuration comes into force: the workers of the one before stop, and others start.
   */
  private async reconfigure(retentions: boolean): Promise<void> {
    const { random, world, mutation } = this;
    const config = anyConfiguration(random, this.config, retentions);
    if (world.indexMs < config.rawRetentionMs) world.indexMs = config.rawRetentionMs;
    const next = this.mutatedFacts(reconfigured(this.facts, config, world.indexMs, world.now));
    // What an aggregator that cannot count the present does: it is not registered.
    if (presentFault(next, config.windows, world.now) !== undefined) return;
    this.config = config;
    this.facts = next;
    for (let steps = random.below(20); steps > 0; steps--) await world.advance();
    if (config.rawRetentionMs < world.indexMs) world.indexMs = config.rawRetentionMs;
    const newest = Math.max(-Infinity, ...[...world.raw.values()].map(({ reading }) => reading.ts));
    const unseen = mutation === 'a new size counts from now on, whatever is stored of later';
    this.facts = settledFacts(this.facts, unseen ? -Infinity : newest, world.now);
    // Some of the old workers stay for a while, and do nothing more that counts.
    for (let partition = 0; partition < this.log.length; partition++)
      this.replace(partition, random.next() < 0.5);
  }

  private mutatedFacts(next: Facts): Facts {
    if (this.mutation !== 'a size that was added again counts as kept up to date') return next;
    const sizes = Object.entries(next.sizes).map(([label, size]) =>
      size.completeSince === Infinity
        ? [label, { ...size, era: 0, completeSince: -Infinity }]
        : [label, size],
    );
    return { ...next, sizes: Object.fromEntries(sizes) };
  }

  append(): void {
    const { random } = this;
    const append = (
      partition: number,
      reading: Logged['event']['reading'],
      source?: string,
    ): string => {
      const place = `${partition}/${this.log[partition]!.length}`;
      this.log[partition]!.push({
        event: { reading, source: source ?? place, receivedAt: 0 },
        hops: 0,
      });
      return place;
    };
    for (let more = 2 + random.below(9); more > 0; more--) {
      const old = this.log.flat();
      // An earlier event again, or a new one. Powers of two: a wrong sum shows which event is
      // missing or doubled.
      const again = old.length > 0 && random.next() < 0.2;
      const reading = again
        ? random.pick(old).event.reading
        : {
            eventId: `e${this.events}`,
            deviceId: random.pick(['a', 'b']),
            ts: this.time(),
            values: { v: 2 ** this.events++ },
          };
      const home = random.below(this.log.length);
      for (let copies = random.pick([1, 1, 1, 2, 3]); copies > 0; copies--) {
        const place = append(random.next() < 0.6 ? home : random.below(this.log.length), reading);
        // The same record again on the retry topic, or redriven: it keeps the place that it had
        // first.
        if (random.next() < 0.25) append(PARTITIONS - 1, reading, place);
      }
    }
    for (const more of this.idle.splice(0)) more();
  }

  private time(): number {
    const { random, world } = this;
    const late = random.pick([0.5, 0.5, 1, 3, 9, 20, 50]) * HOUR;
    // As old as is just taken.
    if (random.next() < 0.1)
      return (
        Math.ceil(takenFrom(this.facts, this.config.windows, world.now)) + random.below(15 * MINUTE)
      );
    const ahead = random.next() < 0.05 ? 12 * HOUR : 5 * MINUTE;
    return world.now + ahead - random.below(late + ahead);
  }

  /** Workers take turns, step by step, and things happen to them. */
  async interleave(): Promise<void> {
    const { random, world } = this;
    let passed = 0;
    for (let steps = 20 + random.below(300); steps > 0; steps--) {
      const dice = random.next();
      if (dice < 0.03) this.replace(random.below(this.log.length), random.next() < 0.4);
      else if (dice < 0.035) await this.reconfigure(false);
      else if (dice < 0.039) this.startBackfill();
      else if (dice < 0.08 && passed < 35 * MINUTE) {
        const ms = random.below(15 * MINUTE);
        passed += ms;
        world.now += ms;
        world.removeExpired(false);
      }
      await world.advance();
    }
  }

  private startBackfill(): void {
    const { label } = this.random.pick(this.config.windows);
    const worker = this.workers++;
    const { epoch } = this.facts;
    const { config } = this;
    void backfill(
      { world: this.world, worker, config, standing: this.standing(worker) },
      label,
      (now) => {
        if (this.facts.epoch !== epoch) return;
        const { ms } = config.windows.find((size) => size.label === label)!;
        const from = alignUp(rawFloor(this.facts.raw, now), ms);
        const all = this.mutation === 'a back-fill counts as complete before its beginning';
        this.facts = backfilledFacts(this.facts, label, all ? -Infinity : from);
      },
    ).catch((error: Error) => (this.failure ??= error));
  }

  /** The owners handle all that there is, also what they set aside. */
  async drain(): Promise<void> {
    for (let busy = true, rounds = 0; busy; rounds++) {
      if (rounds > 1000) throw new Error('the workers do not come to an end');
      busy = false;
      for (const owner of [...this.owners]) while (await this.world.advance(owner)) busy = true;
      if (this.committed.some((offset, partition) => offset < this.log[partition]!.length)) {
        for (const more of this.idle.splice(0)) more();
        await new Promise(setImmediate);
        busy = true;
      }
    }
    if (this.failure) throw this.failure;
  }

  async end(): Promise<string[]> {
    const { world } = this;
    while (await world.advance());
    // A last replay from what is committed, after whatever the sleepers did.
    for (let partition = 0; partition < this.log.length; partition++) this.replace(partition, true);
    await this.drain();
    while (await world.advance());
    if (this.failure) throw this.failure;
    const unjudged = await this.repairDeleted();
    return wrongRows(world, this.fates, this.facts, this.config.windows, unjudged, SKEW);
  }

  /**
   * What `verify --repair` does for rows that somebody deleted, and for what was made of them.
   * Returns those that are beyond repair.
   */
  private async repairDeleted(): Promise<Set<string>> {
    const beyond = new Set<string>();
    const worker = this.workers++;
    const standing = (): Standing => ({ facts: this.facts, now: this.world.now });
    for (const size of this.config.windows)
      for (const { device, start } of this.deleted) {
        const key = rowKey(device, 'v', size, windowStart(start, size.ms));
        const inside = SIZES.some(
          ({ ms, label }) =>
            ms < size.ms &&
            [...beyond].some(
              (id) =>
                id.split('|')[2] === label &&
                windowStart(Number(id.split('|')[3]), size.ms) === key.start,
            ),
        );
        if (
          inside ||
          sourceOf(this.facts, this.config.windows, size, key.start, this.world.now) === undefined
        )
          beyond.add(key.id);
        else {
          for (let done = false; !done;) {
            let ended = false;
            const repaired = recompute(
              this.world.rollupStore(worker, this.config),
              size,
              [key],
              this.config.windows,
              standing,
              new Turns(1),
            ).then(
              () => ((ended = true), true),
              () => ((ended = true), false),
            );
            while (!ended && ((await this.world.advance(worker)) || !ended))
              await new Promise(setImmediate);
            done = await repaired;
          }
        }
      }
    return beyond;
  }
}
