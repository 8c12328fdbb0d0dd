/* Long because the world that it plays is one state machine, whose steps share all of its state. */
import { createLogger } from '@iot/service';
import { Registry } from '@iot/metrics';
import type { AlertEvent, VersionedRule } from '@iot/alerting';
import type { AlertDocument, AlertProgressDocument, AlertStateDocument } from '@iot/mongo';
import { alertsMetrics } from '../metrics.js';
import { AlertOutbox } from '../output/alert-outbox.js';
import { Checkpoints } from '../flow/checkpoints.js';
import { Evaluator } from '../flow/evaluator.js';
import { LateWrites } from '../flow/late-writes.js';
import { Progresses } from '../flow/progresses.js';
import { RulesInForce } from '../flow/rules-in-force.js';
import { StateCache } from '../flow/state-cache.js';
import { StateLoader } from '../flow/state-loader.js';
import { Renewals } from '../flow/renewals.js';
import { RuleSweep } from '../flow/rule-sweep.js';
import { SilenceWatch } from '../flow/silence-watch.js';
import type { DeviceIndex } from '../output/device-index.js';
import type { SavedProgress } from '../output/progress-store.js';
import type { AlertStore, StateStore } from '../output/stores.js';
import { compileThresholds } from '../core/thresholds.js';
import { MARGIN, SENSORS } from './arbitrary-log.js';
import { UNITS } from './threshold-set.js';
import type { LoggedReading } from './oracle.js';

/** Bugs that the model must find. */
export const MUTATIONS = [
  'offsets are committed before the states are stored',
  'states are stored while alerts are not written',
  'states are stored without compare-and-set',
  'alerts overwrite newer ones',
  'states are kept across an assignment',
  'a batch of the old assignment goes on in the new one',
  'an unwritten alert is forgotten when its write fails',
  'offsets are committed although the states could not be stored',
] as const;
/** Bugs that show when devices move from one worker's partition to another's. */
export const MOVED_MUTATIONS = [
  'alerts that the state does not know are not looked for',
  'what became of the alerts of the state is not looked for',
  'an alert that is there in a later version is not heard of',
  'what was written by a dropped state is not looked at again',
] as const;
/** Bugs that show when rules are about silence, and in what is told. */
export const RULE_MUTATIONS = [
  'a progress that is ahead of what is committed goes on',
  'what is told is told before it is written, and not again',
  'an alert of a rule that is gone stays',
] as const;
export type Mutation =
  (typeof MUTATIONS)[number] | (typeof MOVED_MUTATIONS)[number] | (typeof RULE_MUTATIONS)[number];

/**
 * What becomes of a call to the database: it is done, it is not, or it is done and the answer is
 * lost. After `delay` turns of the event loop.
 */
export interface CallFate {
  readonly outcome: 'done' | 'refused' | 'answer lost';
  readonly delay: number;
}

const turns = async (n: number): Promise<void> => {
  for (let i = 0; i < n; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** The database and the broker, shared by all workers. */
export class World {
  readonly alerts = new Map<string, AlertDocument>();
  readonly states = new Map<string, AlertStateDocument>();
  readonly progress = new Map<string, AlertProgressDocument>();
  /** How many counts of progress were begun. */
  lines = 0;
  /** What was told, by id. */
  readonly events = new Map<string, AlertEvent>();
  readonly committed: number[];
  /** By partition. */
  readonly owners: (Worker | undefined)[];
  private fates: CallFate[] = [];

  constructor(
    /** Readings of each partition. */
    readonly partitions: readonly (readonly LoggedReading[])[],
    readonly mutation: Mutation | undefined,
    /** Undefined: the thresholds of {@link SENSORS} alone. */
    public rules?: readonly VersionedRule[],
  ) {
    this.committed = partitions.map(() => 0);
    this.owners = partitions.map(() => undefined);
  }

  /** What becomes of the next calls; after them all are done at once. */
  ordain(fates: readonly CallFate[]): void {
    this.fates = [...fates];
  }

  /** The worker that has all partitions. */
  get owner(): Worker | undefined {
    return this.owners[0];
  }

  /**
   * A new worker that is given these partitions. The one before may go on for a while; its commits
   * fail.
   */
  assign(partitions: readonly number[] = this.partitions.map((_, partition) => partition)): Worker {
    const worker = new Worker(this);
    worker.assigned(partitions);
    for (const partition of partitions) this.owners[partition] = worker;
    return worker;
  }

  async call<T>(effect: () => T): Promise<T> {
    const { outcome, delay } = this.fates.shift() ?? { outcome: 'done', delay: 0 };
    await turns(delay);
    if (outcome === 'refused') throw new Error('no answer');
    const result = effect();
    if (outcome === 'answer lost') throw new Error('answer lost');
    return structuredClone(result);
  }

  writeAlert(alert: AlertDocument): boolean {
    const stored = this.alerts.get(alert._id);
    if (
      stored &&
      stored.version >= alert.version &&
      this.mutation !== 'alerts overwrite newer ones'
    )
      return false;
    this.alerts.set(alert._id, alert);
    return true;
  }

  openOf(devices?: readonly string[]): AlertDocument[] {
    return [...this.alerts.values()].filter(
      ({ device_id, status }) =>
        (devices?.includes(device_id) ?? true) && (status === 'active' || status === 'pending'),
    );
  }

  due(progress: ReadonlyMap<number, number>): string[] {
    return [...this.states.values()].flatMap(({ _id, partition, due }) =>
      typeof due === 'number' && due <= (progress.get(partition ?? -1) ?? -Infinity) ? _id : [],
    );
  }

  saveProgress({ document, isNew }: SavedProgress): void {
    const { _id, line, next } = document;
    const stored = this.progress.get(_id);
    if (isNew || (stored?.line === line && stored.next <= next)) this.progress.set(_id, document);
  }

  saveState(state: AlertStateDocument): boolean {
    const version = this.states.get(state._id)?.version ?? 0;
    if (
      version !== state.version - 1 &&
      this.mutation !== 'states are stored without compare-and-set'
    )
      return false;
    this.states.set(state._id, state);
    return true;
  }
}

const log = createLogger('model', 'silent');
const metrics = alertsMetrics(new Registry());

/** One worker with all its parts but Kafka and MongoDB, which the world plays. */
export class Worker {
  readonly checkpoints: Checkpoints;
  readonly rules: RulesInForce;
  readonly watch: SilenceWatch;
  readonly sweep: RuleSweep;
  private readonly progresses: Progresses;
  private readonly evaluator: Evaluator;
  private positions: number[];
  private generation = 0;

  constructor(private readonly world: World) {
    const { mutation } = world;
    this.positions = [...world.committed];
    const rules = new RulesInForce(
      compileThresholds(world.rules ? [] : SENSORS, MARGIN),
      UNITS,
      world.rules ?? [],
    );
    this.rules = rules;
    const progresses = new Progresses(
      {
        load: (ids) => world.call(() => ids.flatMap((id) => world.progress.get(id) ?? [])),
        save: (saved) => world.call(() => saved.forEach((one) => world.saveProgress(one))),
      },
      rules,
      't',
      () => ++world.lines,
    );
    this.progresses = progresses;
    if (mutation === 'a progress that is ahead of what is committed goes on')
      progresses.reached = (time) => void (time.storedTo = undefined);
    const publisher = {
      publish: (events: readonly AlertEvent[]) =>
        world.call(() => events.forEach((event) => world.events.set(event.id, event))),
    };
    const alertStore: AlertStore = {
      openOf: (ids) =>
        world.call(() =>
          mutation === 'alerts that the state does not know are not looked for'
            ? []
            : world.openOf(ids),
        ),
      withIds: (ids) =>
        world.call(() =>
          mutation === 'what became of the alerts of the state is not looked for'
            ? []
            : ids.flatMap((id) => world.alerts.get(id) ?? []),
        ),
      write: (alerts) =>
        world.call(
          () =>
            new Set(
              alerts
                .filter((alert) => !world.writeAlert(structuredClone(alert)))
                .map(({ _id }) => _id),
            ),
        ),
    };
    const stateStore: StateStore = {
      load: (ids) => world.call(() => ids.flatMap((id) => world.states.get(id) ?? [])),
      save: (states) =>
        world.call(() => states.filter((state) => !world.saveState(structuredClone(state))).length),
    };
    const cache = new StateCache(4);
    const outbox = new AlertOutbox(alertStore, publisher, metrics);
    const offsets = { commit: this.commit.bind(this), startOver: this.startOver.bind(this) };
    const loader = new StateLoader(stateStore, alertStore);
    const lateWrites = new LateWrites(loader, stateStore, alertStore, publisher, rules);
    this.checkpoints = new Checkpoints(
      stateStore,
      outbox,
      cache,
      lateWrites,
      offsets,
      progresses,
      1_000_000,
      metrics,
      log,
    );
    this.evaluator = new Evaluator(
      loader,
      rules,
      progresses,
      cache,
      outbox,
      this.checkpoints,
      metrics,
    );
    const index: DeviceIndex = {
      due: (progress) => world.call(() => world.due(progress)),
      devicesOf: async function* () {
        yield* await world.call(() => [...world.states.keys()]);
      },
      openAlerts: async function* () {
        if (mutation !== 'an alert of a rule that is gone stays')
          yield* await world.call(() => world.openOf());
      },
    };
    const { checkpoints } = this;
    const renewals = (name: string): Renewals =>
      new Renewals(name, loader, rules, cache, outbox, checkpoints);
    const swept = renewals('rules');
    this.sweep = new RuleSweep(index, swept, rules, progresses, cache, checkpoints);
    const watched = renewals('silence');
    this.watch = new SilenceWatch(
      index,
      this.sweep,
      watched,
      rules,
      progresses,
      cache,
      checkpoints,
      log,
    );
    rules.beforeChange(() => this.checkpoints.takeWithin(1000));
    if (mutation === 'what is told is told before it is written, and not again') {
      const told = new Set<unknown>();
      publisher.publish = async (events) => {
        const some = events.filter((event) => !told.has(event));
        some.forEach((event) => told.add(event));
        await world
          .call(() => some.forEach((event) => world.events.set(event.id, event)))
          .catch(() => undefined);
      };
    }
    if (mutation === 'states are stored while alerts are not written') {
      Object.defineProperty(outbox, 'isEmpty', { value: true });
      outbox.settled = () => Promise.resolve();
    }
    if (mutation === 'an unwritten alert is forgotten when its write fails') {
      const write = outbox.write.bind(outbox);
      outbox.write = (topicPartition) =>
        write(topicPartition).catch((error: unknown) => {
          outbox.clear();
          throw error;
        });
    }
    if (mutation === 'what was written by a dropped state is not looked at again')
      lateWrites.add = () => undefined;
    if (mutation === 'an alert that is there in a later version is not heard of') {
      const write = outbox.write.bind(outbox);
      outbox.write = async (topicPartition) => {
        await write(topicPartition);
        outbox.heardOf(topicPartition);
        return [];
      };
    }
    if (mutation === 'a batch of the old assignment goes on in the new one')
      Object.assign(this.evaluator, { mustBe: () => undefined });
    if (mutation === 'states are kept across an assignment') cache.clear = () => undefined;
    if (mutation === 'offsets are committed although the states could not be stored')
      Object.assign(this.checkpoints, {
        putBack: ({ partition, next }: { partition: number; next: string }) =>
          this.commit('t', partition, next),
      });
  }

  assigned(partitions: readonly number[]): void {
    this.progresses.assign({ t: partitions });
  }

  /** What the batch consumer does with one batch. */
  async batch(partition: number, length: number): Promise<void> {
    const { generation } = this;
    const from = this.positions[partition]!;
    const readings = this.world.partitions[partition]!.slice(from, from + length);
    if (readings.length === 0) return;
    const arrivals = readings.map(({ id, device, ts, values, receivedAt }, i) => ({
      reading: { eventId: id, deviceId: device, ts, values },
      record: { receivedAt, at: { offset: String(from + i) } as never },
    }));
    try {
      await this.evaluator.evaluate(`t/${partition}`, arrivals.values());
    } catch {
      return; // the partition waits, and its readings come again
    }
    if (generation !== this.generation) return;
    const next = from + readings.length;
    this.positions[partition] = next;
    this.checkpoints.handled('t', partition, String(next));
    if (this.world.mutation === 'offsets are committed before the states are stored')
      this.commit('t', partition, String(next));
  }

  /** The same partitions are assigned to it again, as after a rebalance. */
  rejoin(): void {
    this.generation++;
    this.positions = [...this.world.committed];
    this.checkpoints.forget();
    this.progresses.forget();
  }

  get done(): boolean {
    return this.world.partitions.every(
      (partition, i) => this.world.owners[i] !== this || this.positions[i]! >= partition.length,
    );
  }

  private commit(_topic: string, partition: number, next: string): void {
    if (this.world.owners[partition] === this) this.world.committed[partition] = Number(next);
  }

  private startOver(): void {
    this.generation++;
    this.positions = [...this.world.committed];
  }
}
