import { hash } from 'node:crypto';
import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Health } from '@iot/health';
import { deviceOf, quotaOf, TelemetryOutput } from '@iot/intake';
import { createKafka, GroupOwnership } from '@iot/kafka';
import { Registry } from '@iot/metrics';
import { ByteBudget } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { ReadingParser } from '@iot/telemetry';
import { activeTracing } from '@iot/tracing';
import type { MqttConfig } from './config.js';
import { limitsFor } from './core/deliveries.js';
import type { Entry } from './core/entry.js';
import { Room } from './core/room.js';
import { belongsTo, shareName, sharesOf, type Share } from './core/share.js';
import { WayToKafka } from './flow/way-to-kafka.js';
import {
  Gateway,
  type GatewaySession,
  type Ownership,
  type OwnershipListener,
} from './input/gateway.js';
import { Judge } from './input/judge.js';
import { messageTraces } from './input/message-trace.js';
import { Session } from './input/session.js';
import { mqttMetrics, type MqttMetrics } from './metrics.js';
import { DeadLetters } from './output/dead-letters.js';
import { Journal, journalTopic } from './output/journal.js';

/** Wires input to output. */
@Module({})
export class MqttModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(Gateway) private readonly gateway: Gateway,
    @Inject(Health) private readonly health: Health,
  ) {}

  static forRoot(config: MqttConfig, parser: ReadingParser, log: Logger): DynamicModule {
    const metrics = {
      provide: METRICS,
      inject: [Registry],
      useFactory: (registry: Registry) => mqttMetrics(registry),
    };
    const gateway = {
      provide: Gateway,
      inject: [METRICS],
      useFactory: (m: MqttMetrics) => gatewayOf(config, parser, m, log),
    };
    return { module: MqttModule, providers: [metrics, gateway] };
  }

  onApplicationBootstrap(): void {
    this.health.add({ name: 'kafka', check: () => this.gateway.checkKafka() });
    this.health.add({ name: 'mqtt', check: () => this.gateway.checkBroker() });
    this.gateway.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.gateway.close();
  }
}

const METRICS = Symbol('MqttMetrics');
/** How the process is called at Kafka, and whose dead letters those of the gateway are. */
const NAME = 'mqtt-gateway';
/** How long the sessions of a gateway that is gone wait for another one. */
const OWNED_FOR_MS = 6000;
/** Of a packet, beside its payload: topic and properties. */
const PACKET_OVERHEAD_BYTES = 131_072;

function gatewayOf(
  config: MqttConfig,
  parser: ReadingParser,
  metrics: MqttMetrics,
  log: Logger,
): Gateway {
  const output = new TelemetryOutput({
    config,
    clientId: NAME,
    metrics,
    log,
    // What is under way is bounded where it comes in, so that nothing is refused here.
    budget: new ByteBudget(Number.MAX_SAFE_INTEGER),
    deadlineMs: Infinity,
    topics: [
      journalTopic(
        config.MQTT_JOURNAL_TOPIC,
        config.KAFKA_REPLICATION_FACTOR,
        config.MQTT_SESSION_EXPIRY_S * 1000,
      ),
    ],
  });
  metrics.bufferLimit.set(config.INGEST_BUFFER_BYTES);
  const room = new Room(config.MQTT_MAX_IN_FLIGHT, config.INGEST_BUFFER_BYTES, () =>
    gateway.resume(),
  );
  const judge = new Judge({
    parser,
    quota: quotaOf(config),
    deviceLevel: config.MQTT_DEVICE_LEVEL,
    maxBodyBytes: config.MAX_BODY_BYTES,
    maxBatchBytes: config.MAX_BATCH_BYTES,
    maxBatchEvents: config.MAX_BATCH_EVENTS,
  });
  const deadLetters = new DeadLetters(output, config.DLQ_TOPIC, NAME);
  const limits = limitsFor(config.MQTT_MAX_IN_FLIGHT);
  const journal = new Journal(output, config.MQTT_JOURNAL_TOPIC);
  const write = (entries: readonly Entry[]): Promise<void> => journal.write(entries);
  const tracing = activeTracing();
  const sessionOf = (share: Share): GatewaySession => {
    // The session is the share's: the order of MQTT_TOPICS means nothing.
    const print = hash('sha256', shareName(share), 'hex').slice(0, 12);
    const clientId = `${config.MQTT_CLIENT_ID}-${print}`;
    const broker = {
      config,
      clientId,
      filter: share.filter,
      maxInFlight: config.MQTT_MAX_IN_FLIGHT,
      maxPacketBytes: config.MAX_BATCH_BYTES + PACKET_OVERHEAD_BYTES,
      hasRoom: () => room.free,
      log,
    };
    const mine = (topic: string): boolean =>
      belongsTo(share, deviceOf(topic, config.MQTT_DEVICE_LEVEL) ?? topic);
    const traces = tracing && messageTraces(tracing, share.filter, config.TELEMETRY_TOPIC);
    return {
      open: () => {
        const way = new WayToKafka({ output, deadLetters, journal, room, metrics, log });
        return new Session({ broker, judge, mine, way, traces, write, limits, metrics });
      },
      recall: () => journal.read(createKafka(config, clientId, log), clientId, limits),
    };
  };
  const ownership = (listener: OwnershipListener): Ownership =>
    new GroupOwnership({
      kafka: createKafka(config, NAME, log),
      topic: config.MQTT_JOURNAL_TOPIC,
      group: config.MQTT_GROUP,
      sessionTimeoutMs: OWNED_FOR_MS,
      ...listener,
      log,
    });
  const gateway = new Gateway({
    sessions: sharesOf(config.MQTT_TOPICS, config.MQTT_SHARES).map(sessionOf),
    ...(config.MQTT_GROUP && { ownership }),
    output,
    metrics,
    log,
  });
  return gateway;
}
