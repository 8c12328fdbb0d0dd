import { hash } from 'node:crypto';
import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Health } from '@iot/health';
import { quotaOf, TelemetryOutput } from '@iot/intake';
import { createKafka } from '@iot/kafka';
import { Registry } from '@iot/metrics';
import { ByteBudget } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { ReadingParser } from '@iot/telemetry';
import type { MqttConfig } from './config.js';
import { limitsFor } from './core/deliveries.js';
import type { Entry } from './core/entry.js';
import { Room } from './core/room.js';
import { WayToKafka } from './flow/way-to-kafka.js';
import { Gateway, type GatewaySession } from './input/gateway.js';
import { Judge } from './input/judge.js';
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
  const sessions: GatewaySession[] = [];
  const room = new Room(config.MQTT_MAX_IN_FLIGHT, config.INGEST_BUFFER_BYTES, () => {
    for (const { session } of sessions) session.subscriber.resume();
  });
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
  for (const filter of config.MQTT_TOPICS) {
    // The session is the filter's: the order of MQTT_TOPICS means nothing.
    const clientId = `${config.MQTT_CLIENT_ID}-${hash('sha256', filter, 'hex').slice(0, 12)}`;
    const way = new WayToKafka({ output, deadLetters, journal, room, metrics, log });
    const broker = {
      config,
      clientId,
      filter,
      maxInFlight: config.MQTT_MAX_IN_FLIGHT,
      maxPacketBytes: config.MAX_BATCH_BYTES + PACKET_OVERHEAD_BYTES,
      hasRoom: () => room.free,
      log,
    };
    sessions.push({
      session: new Session({ broker, judge, way, write, limits, metrics }),
      recall: () => journal.read(createKafka(config, clientId, log), clientId, limits),
    });
  }
  return new Gateway({ sessions, output, metrics, log });
}
