import { createLogger } from '@iot/service';
import { Registry } from '@iot/metrics';
import type { AlertEvent } from '@iot/alerting';
import type { AlertDocument, AlertStateDocument } from '@iot/mongo';
import { alertsMetrics } from '../metrics.js';
import { AlertOutbox } from '../output/alert-outbox.js';
import { Checkpoints } from '../flow/checkpoints.js';
import { Evaluator } from '../flow/evaluator.js';
import { LateWrites } from '../flow/late-writes.js';
import { Progresses } from '../flow/progresses.js';
import { RulesInForce } from '../flow/rules-in-force.js';
import { StateCache } from '../flow/state-cache.js';
import { StateLoader } from '../flow/state-loader.js';
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
export type Mutation = (typeof MUTATIONS)[number] | (typeof MOVED_MUTATIONS)[number];

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

  openOf(devices: readonly string[]): AlertDocument[] {
    return [...this.alerts.values()].filter(
      ({ device_id, status }) =>
        devices.includes(device_id) && (status === 'active' || status === 'pending'),
    );
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
  private readonly evaluator: Evaluator;
  private positions: number[];
  private generation = 0;

  constructor(private readonly world: World) {
    const { mutation } = world;
    this.positions = [...world.committed];
    const rules = new RulesInForce(compileThresholds(SENSORS, MARGIN), UNITS, []);
    const progresses = new Progresses(
      { load: async () => [], save: async () => undefined },
      rules,
      't',
    );
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

  /** What the batch consumer does with one batch. */
  async batch(partition: number, length: number): Promise<void> {
    const { generation } = this;
    const from = this.positions[partition]!;
    const readings = this.world.partitions[partition]!.slice(from, from + length);
    if (readings.length === 0) return;
    const arrivals = readings.map(({ id, device, ts, values, receivedAt }) => ({
      reading: { eventId: id, deviceId: device, ts, values },
      record: { receivedAt, at: { offset: String(from) } as never },
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
