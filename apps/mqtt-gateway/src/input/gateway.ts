import type { TelemetryOutput } from '@iot/intake';
import type { Gauge } from '@iot/metrics';
import { sleep, withinDeadline } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { Written } from '../core/deliveries.js';
import { sharesAt } from '../core/share.js';
import type { MqttMetrics } from '../metrics.js';
import type { Session } from './session.js';

export interface GatewayOptions {
  /** All sessions that there are, whichever gateway has them. */
  readonly sessions: readonly GatewaySession[];
  /** Divides them among the gateways; undefined: this one has all. */
  readonly ownership?: (listener: OwnershipListener) => Ownership;
  readonly output: TelemetryOutput;
  readonly metrics: MqttMetrics;
  readonly log: Logger;
}

/** A session, and how to find out what an earlier process took in it. */
export interface GatewaySession {
  readonly open: () => Session;
  readonly recall: () => Promise<Written>;
}

export interface Ownership {
  start(): void;
  close(): Promise<void>;
}

export interface OwnershipListener {
  owned(partitions: readonly number[], all: number): void;
  lost(reason: string): void;
}

/** A session that is this gateway's. */
interface Held {
  session: Session | undefined;
  given: boolean;
}

const POLL_MS = 200;
/** The attempt that is worth a word when it fails. */
const TELL_AT = 10;
/** Time for what is under way when the process ends; what is left comes again. */
const FINISH_MS = 5000;
/** The same when a session goes to another gateway. */
const HAND_OVER_MS = 1000;
/** The gateway that had a session writes down nothing more about it after this time. */
const TAKE_OVER_MS = HAND_OVER_MS + 500;

/** The sessions of this process: their beginning, their state, their end. */
export class Gateway {
  private readonly held = new Map<number, Held>();
  private readonly ownership: Ownership | undefined;
  private member = false;
  private closing = false;

  constructor(private readonly options: GatewayOptions) {
    const { metrics } = options;
    this.ownership = options.ownership?.({
      owned: (partitions, all) => {
        this.member = true;
        this.own(sharesAt(options.sessions.length, partitions, all), TAKE_OVER_MS);
      },
      lost: (reason) => this.disown(reason),
    });
    show(metrics.connected, () =>
      Number(this.hasShare && this.subscribers.every((one) => one.isSubscribed)),
    );
    show(metrics.sessions, () => this.held.size);
    show(metrics.paused, () => Number(this.subscribers.some((one) => one.isPaused)));
    show(metrics.inFlight, () => this.subscribers.reduce((sum, { inFlight }) => sum + inFlight, 0));
    show(metrics.oldestSeconds, () => {
      const now = performance.now();
      return Math.max(0, ...this.subscribers.map(({ oldest = now }) => (now - oldest) / 1000));
    });
  }

  /** @throws Error saying why Kafka would take nothing now */
  checkKafka(): Promise<void> {
    return this.options.output.check();
  }

  /** @throws Error saying why nothing comes from the broker now */
  checkBroker(): void {
    if (!this.hasShare) throw new Error('is not a member of MQTT_GROUP');
    for (const { session } of this.held.values()) {
      if (!session) throw new Error('not connected yet');
      session.subscriber.check();
    }
  }

  /** Connects in the background, for as long as it takes: to Kafka first, which must remember. */
  start(): void {
    this.options.output.start();
    if (this.ownership) this.ownership.start();
    else this.own(new Set(this.options.sessions.keys()), 0);
  }

  /** There may be room again. */
  resume(): void {
    for (const subscriber of this.subscribers) subscriber.resume();
  }

  /** Finishes what is under way, acknowledges it, and leaves the sessions to their next owner. */
  async close(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.held.keys()].map((at) => this.letGo(at, FINISH_MS)));
    await this.ownership?.close();
    await withinDeadline(FINISH_MS, this.options.output.close()).catch(() => undefined);
  }

  private get hasShare(): boolean {
    return !this.ownership || this.member;
  }

  private get subscribers() {
    return [...this.held.values()].flatMap(({ session }) => session?.subscriber ?? []);
  }

  private own(shares: ReadonlySet<number>, afterMs: number): void {
    for (const at of [...this.held.keys()]) if (!shares.has(at)) void this.letGo(at, HAND_OVER_MS);
    for (const at of shares) if (!this.held.has(at)) void this.take(at, afterMs);
  }

  /** Others may have the sessions: nothing is finished. */
  private disown(reason: string): void {
    this.member = false;
    if (this.held.size > 0) this.options.log.warn({ reason }, 'gave up all sessions');
    for (const at of [...this.held.keys()]) void this.letGo(at, 0);
  }

  private async take(at: number, afterMs: number): Promise<void> {
    const { open, recall } = this.options.sessions[at]!;
    const held: Held = { session: undefined, given: false };
    this.held.set(at, held);
    if (afterMs > 0) await sleep(afterMs);
    for (let attempt = 1; !this.closing && !held.given; attempt++) {
      try {
        await this.checkKafka();
        const written = await recall();
        if (this.closing || held.given) return;
        held.session = open();
        held.session.start(written);
        return;
      } catch (error) {
        const { message: reason } = error as Error;
        // At first Kafka has not been asked yet.
        if (attempt === TELL_AT)
          this.options.log.warn({ reason }, 'the MQTT broker waits until Kafka answers');
        await sleep(POLL_MS);
      }
    }
  }

  private async letGo(at: number, withinMs: number): Promise<void> {
    const held = this.held.get(at)!;
    this.held.delete(at);
    held.given = true;
    const subscriber = held.session?.subscriber;
    if (!subscriber) return;
    subscriber.stopReading();
    if (withinMs > 0) await withinDeadline(withinMs, subscriber.settled()).catch(() => undefined);
    await subscriber.close();
  }
}

/** prom-client asks a gauge's `collect`, which its type does not have. */
function show(gauge: Gauge, value: () => number): void {
  (gauge as unknown as { collect: () => void }).collect = () => gauge.set(value());
}
