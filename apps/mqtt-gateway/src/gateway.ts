import type { TelemetryOutput } from '@iot/intake';
import type { Gauge } from '@iot/metrics';
import { withinDeadline } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { GatewayConfig } from './config.js';
import { Room } from './core/room.js';
import type { Judge } from './input/judge.js';
import type { GatewayMetrics } from './metrics.js';
import { DeadLetters } from './output/dead-letters.js';
import { Session } from './session.js';

export interface GatewayOptions {
  readonly config: GatewayConfig;
  readonly judge: Judge;
  readonly output: TelemetryOutput;
  readonly metrics: GatewayMetrics;
  readonly log: Logger;
}

/** Whose dead letters those of the gateway are. */
const GROUP = 'mqtt-gateway';
/** Time for what is under way when the process ends; what is left comes again. */
const FINISH_MS = 5000;

/** The sessions of a gateway, which share what is bounded for the process. */
export class Gateway {
  private readonly sessions: readonly Session[];

  constructor(private readonly options: GatewayOptions) {
    const { config, output, metrics } = options;
    const deadLetters = new DeadLetters(output, config.DLQ_TOPIC, GROUP);
    const room = new Room(config.MQTT_MAX_IN_FLIGHT, config.INGEST_BUFFER_BYTES, () => {
      for (const { subscriber } of this.sessions) subscriber.resume();
    });
    this.sessions = config.MQTT_TOPICS.map(
      (filter) => new Session({ ...options, filter, deadLetters, room }),
    );
    metrics.bufferLimit.set(config.INGEST_BUFFER_BYTES);
    const subscribers = this.sessions.map(({ subscriber }) => subscriber);
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
    for (const { subscriber } of this.sessions) subscriber.check();
  }

  start(): void {
    this.options.output.start();
    for (const session of this.sessions) session.start();
  }

  /** Finishes what is under way, acknowledges it, and leaves the sessions to their next owner. */
  async close(): Promise<void> {
    for (const { subscriber } of this.sessions) subscriber.stopReading();
    const settled = Promise.all(this.sessions.map(({ subscriber }) => subscriber.settled()));
    await withinDeadline(FINISH_MS, settled).catch(() => undefined);
    await Promise.all(this.sessions.map((session) => session.close()));
    await withinDeadline(FINISH_MS, this.options.output.close()).catch(() => undefined);
  }
}

/** prom-client asks a gauge's `collect`, which its type does not have. */
function show(gauge: Gauge, value: () => number): void {
  (gauge as unknown as { collect: () => void }).collect = () => gauge.set(value());
}
