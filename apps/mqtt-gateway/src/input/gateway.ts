import type { TelemetryOutput } from '@iot/intake';
import type { Gauge } from '@iot/metrics';
import { sleep, withinDeadline } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { Written } from '../core/deliveries.js';
import type { MqttMetrics } from '../metrics.js';
import type { Session } from './session.js';

export interface GatewayOptions {
  readonly sessions: readonly GatewaySession[];
  readonly output: TelemetryOutput;
  readonly metrics: MqttMetrics;
  readonly log: Logger;
}

/** A session, and how to find out what an earlier process took in it. */
export interface GatewaySession {
  readonly session: Session;
  readonly recall: () => Promise<Written>;
}

const POLL_MS = 200;
/** Time for what is under way when the process ends; what is left comes again. */
const FINISH_MS = 5000;

/** The sessions of this process: their beginning, their state, their end. */
export class Gateway {
  private closing = false;

  constructor(private readonly options: GatewayOptions) {
    const { metrics } = options;
    const { subscribers } = this;
    show(metrics.connected, () => Number(subscribers.every((one) => one.isSubscribed)));
    show(metrics.paused, () => Number(subscribers.some((one) => one.isPaused)));
    show(metrics.inFlight, () => subscribers.reduce((sum, { inFlight }) => sum + inFlight, 0));
    show(metrics.oldestSeconds, () => {
      const now = performance.now();
      return Math.max(...subscribers.map(({ oldest = now }) => (now - oldest) / 1000));
    });
  }

  /** @throws Error saying why Kafka would take nothing now */
  checkKafka(): Promise<void> {
    return this.options.output.check();
  }

  /** @throws Error saying why nothing comes from the broker now */
  checkBroker(): void {
    for (const subscriber of this.subscribers) subscriber.check();
  }

  /** Connects in the background, for as long as it takes: to Kafka first, which must remember. */
  start(): void {
    this.options.output.start();
    for (const one of this.options.sessions) void this.begin(one);
  }

  /** Finishes what is under way, acknowledges it, and leaves the sessions to their next owner. */
  async close(): Promise<void> {
    this.closing = true;
    for (const subscriber of this.subscribers) subscriber.stopReading();
    const settled = Promise.all(this.subscribers.map((subscriber) => subscriber.settled()));
    await withinDeadline(FINISH_MS, settled).catch(() => undefined);
    await Promise.all(this.subscribers.map((subscriber) => subscriber.close()));
    await withinDeadline(FINISH_MS, this.options.output.close()).catch(() => undefined);
  }

  private get subscribers() {
    return this.options.sessions.map(({ session }) => session.subscriber);
  }

  private async begin({ session, recall }: GatewaySession): Promise<void> {
    for (let told = false; !this.closing; told = true) {
      try {
        await this.checkKafka();
        const known = await recall();
        if (!this.closing) session.start(known);
        return;
      } catch (error) {
        const { message: reason } = error as Error;
        if (!told) this.options.log.warn({ reason }, 'the MQTT broker waits until Kafka answers');
        await sleep(POLL_MS);
      }
    }
  }
}

/** prom-client asks a gauge's `collect`, which its type does not have. */
function show(gauge: Gauge, value: () => number): void {
  (gauge as unknown as { collect: () => void }).collect = () => gauge.set(value());
}
