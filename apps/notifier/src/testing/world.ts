import type { NotificationDocument, ReceiverDocument, RouteDocument } from '@iot/mongo';
import { BackendUnavailable } from '@iot/resilience';
import type { DeliveryOutcome } from '../core/retry.js';
import type { Told } from '../core/told-alert.js';
import type { Directory } from '../core/directory.js';
import { mutedUntil } from '../core/judge.js';
import { Deliveries } from '../flow/deliveries.js';
import { DirectoryWatch } from '../flow/directory-watch.js';
import { Groups } from '../flow/groups.js';
import { Intake } from '../flow/intake.js';
import { standardBody } from '../core/webhook-body.js';
import { MemoryStore } from './memory-store.js';
import { mutated, type Mutation } from './mutations.js';

class Crash extends Error {}

/** One message that reached a receiver. */
export interface Heard {
  readonly at: number;
  readonly receiver: string;
  readonly notification: NotificationDocument;
  readonly body: string;
}

/** A process of the notifier: what it does stops before each operation on the store. */
class Process {
  /** Goes on with what it is at, or ends it. */
  private gate: { open: () => void; crash: () => void } | undefined;
  private work: Promise<void> | undefined;
  private next = 0;

  constructor(
    private readonly world: World,
    readonly partitions: number[],
  ) {
    const { mutation } = world;
    const memory = new MemoryStore(world.state, () => this.turn());
    const isMuted = (alert: Told['alert']): boolean =>
      mutedUntil(alert, world.configured.mutes, world.now) !== undefined;
    const store = mutated(memory, mutation, isMuted);
    const watch = new DirectoryWatch(
      async () => {
        await this.turn();
        return world.configured;
      },
      store,
      () => undefined,
    );
    this.watch = watch;
    const directory = {
      refresh: (now: number) => watch.refresh(now),
      get current(): Directory {
        if (mutation !== 'works before it knows its routes') return watch.current;
        return known(watch) ?? { receivers: new Map(), routes: [], mutes: [] };
      },
    };
    this.intake = new Intake(store, directory, () => undefined);
    const counts = { formed: () => undefined, suppressed: () => undefined };
    this.groups = new Groups(store, directory, 90 * 86_400_000, counts);
    const options = {
      leaseMs: 30_000,
      giveUpMs: 72 * 3_600_000,
      now: () => world.now,
      random: () => 0.5,
    };
    const told = { attempted: () => undefined, rateLimited: () => undefined };
    const sender = { send: world.send.bind(world) };
    this.deliveries = new Deliveries(store, directory, sender, options, told, () => undefined);
    this.store = store;
  }

  private readonly watch: DirectoryWatch;
  private readonly intake: Intake;
  private readonly groups: Groups;
  private readonly deliveries: Deliveries;
  private readonly store: MemoryStore;

  private turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.gate = {
        open: () => {
          this.gate = undefined;
          resolve();
        },
        crash: () => {
          this.gate = undefined;
          reject(new Crash());
        },
      };
    });
  }

  get isBusy(): boolean {
    return this.work !== undefined;
  }

  /** One operation further, or the next thing to do. */
  async step(): Promise<void> {
    if (!this.work) this.work = this.begin().finally(() => (this.work = undefined));
    else this.gate?.open();
    await settled();
  }

  async kill(): Promise<void> {
    this.gate?.crash();
    await settled();
  }

  private async begin(): Promise<void> {
    // Sometimes it works before it has read anything, as its parts do not wait for each other.
    const kind = this.next++ % 4;
    try {
      if (kind === 3) await this.watch.refresh(this.world.now);
      else if (kind === 0) for (const partition of this.partitions) await this.consume(partition);
      else if (kind === 1)
        for (const group of await this.store.dueGroups(new Date(this.world.now), 10))
          await this.groups.look(group, this.world.now);
      else
        for (const due of await this.store.dueNotifications(new Date(this.world.now), 10, []))
          await this.deliveries.deliver(due);
    } catch (error) {
      if (!(error instanceof Crash || error instanceof BackendUnavailable)) throw error;
    }
  }

  private async consume(partition: number): Promise<void> {
    const log = this.world.log[partition]!;
    const from = this.world.committed[partition]!;
    const batch = log.slice(from, from + 3);
    if (batch.length === 0) return;
    const commit = () => {
      this.world.committed[partition] = Math.max(
        this.world.committed[partition]!,
        from + batch.length,
      );
    };
    if (this.world.mutation === 'offset before the store') commit();
    await this.intake.take(batch, this.world.now);
    await this.turn();
    commit();
  }
}

const known = (watch: DirectoryWatch): Directory | undefined => {
  try {
    return watch.current;
  } catch {
    return undefined;
  }
};

/** Lets everything go on that waits for nothing but its turn. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Two processes of the notifier, a log, a database, receivers and a clock. */
export class World {
  readonly state = MemoryStore.state();
  readonly heard: Heard[] = [];
  /** Also those that were not taken. */
  readonly attempts: { at: number; receiver: string }[] = [];
  readonly committed: number[];
  now = 1_800_000_000_000;
  /** Receivers, routes and mutes as the database has them. */
  configured: Directory;
  /** What receivers do: `lost` takes the message, and its answer does not arrive. */
  weather: 'fine' | 'down' | 'lost' = 'fine';
  private processes: Process[];
  private readonly zombies: Process[] = [];

  constructor(
    readonly log: readonly (readonly Told[])[],
    routes: RouteDocument[],
    receivers: ReceiverDocument[],
    readonly mutation?: Mutation,
  ) {
    this.committed = log.map(() => 0);
    const named = receivers.map((one): [string, ReceiverDocument] => [one._id, one]);
    this.configured = { receivers: new Map(named), routes, mutes: [] };
    this.processes = this.started();
  }

  private started(): Process[] {
    return [new Process(this, [0]), new Process(this, [1])];
  }

  async send(
    { _id }: ReceiverDocument,
    notification: NotificationDocument,
  ): Promise<DeliveryOutcome> {
    this.attempts.push({ at: this.now, receiver: _id });
    if (this.weather === 'down') return { kind: 'failed', reason: 'status_503' };
    const body = standardBody(notification);
    this.heard.push({ at: this.now, receiver: _id, notification, body });
    return this.weather === 'lost' ? { kind: 'failed', reason: 'timeout' } : { kind: 'delivered' };
  }

  step(process: number): Promise<void> {
    return this.processes[process]!.step();
  }

  async kill(process: number): Promise<void> {
    const old = this.processes[process]!;
    await old.kill();
    this.processes[process] = new Process(this, old.partitions);
  }

  /** A process loses its partitions, unaware and in the middle of its work, to a new one. */
  stall(process: number): void {
    const old = this.processes[process]!;
    this.zombies.push(old);
    this.processes[process] = new Process(this, [...old.partitions]);
  }

  async zombieStep(): Promise<void> {
    const [zombie] = this.zombies;
    if (!zombie) return;
    if (zombie.isBusy) await zombie.step();
    else this.zombies.shift();
  }

  /** Somebody changes what every route says. */
  reroute(fields: Partial<RouteDocument>): void {
    const routes = this.configured.routes.map((route) => ({
      ...route,
      ...fields,
      version: route.version + 1,
    }));
    this.configured = { ...this.configured, routes };
  }

  /** Somebody mutes a device for a time. */
  mute(device: string, forMs: number): void {
    const fromMs = this.now;
    const covers = ({ device_id: id }: Told['alert']): boolean => id === device;
    const mutes = [...this.configured.mutes, { fromMs, toMs: fromMs + forMs, covers }];
    this.configured = { ...this.configured, mutes };
  }

  /** All is well for as long as it takes until nothing is left to do. */
  async calm(): Promise<void> {
    this.weather = 'fine';
    for (let quiet = 0, rounds = 0; quiet < 4; rounds++) {
      if (rounds > 20_000) throw new Error('it never becomes quiet');
      while (this.zombies.length > 0) await this.zombieStep();
      // Enough for what is told again meanwhile.
      for (let i = 0; i < (this.isRepeating ? 120 : 12); i++) {
        await this.step(0);
        await this.step(1);
      }
      this.now += 15_000;
      quiet = this.isQuiet() ? quiet + 1 : 0;
    }
  }

  /** Time goes by, and nothing happens but what is due. */
  async wait(ms: number): Promise<void> {
    for (const until = this.now + ms; this.now < until; this.now += 10_000)
      for (let i = 0; i < 120; i++) {
        await this.step(0);
        await this.step(1);
      }
  }

  private isQuiet(): boolean {
    const soon = this.now + 600_000;
    const { groups, notifications } = this.state;
    return (
      this.committed.every((offset, partition) => offset === this.log[partition]!.length) &&
      [...notifications.values()].every(({ status }) => status !== 'pending') &&
      [...groups.values()].every(
        ({ next_at: at, outbox, _id }) =>
          !outbox && (this.isRepeating ? !this.hasDirty(_id) : at.getTime() > soon),
      )
    );
  }

  private get isRepeating(): boolean {
    return this.configured.routes.some((route) => route.repeat_interval_s > 0);
  }

  private hasDirty(group: string): boolean {
    return [...this.state.alerts.values()].some((alert) => alert.group === group && alert.dirty);
  }
}
