import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Health } from '@iot/health';
import { quotaOf, TelemetryOutput } from '@iot/intake';
import { Registry } from '@iot/metrics';
import { ByteBudget } from '@iot/resilience';
import type { Logger } from '@iot/service';
import type { ReadingParser } from '@iot/telemetry';
import type { GatewayConfig } from './config.js';
import { Gateway } from './gateway.js';
import { Judge } from './input/judge.js';
import { gatewayMetrics, type GatewayMetrics } from './metrics.js';
import { journalTopic } from './output/journal.js';

/** Wires input to output. */
@Module({})
export class GatewayModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(Gateway) private readonly gateway: Gateway,
    @Inject(Health) private readonly health: Health,
  ) {}

  static with(config: GatewayConfig, parser: ReadingParser, log: Logger): DynamicModule {
    const metrics = {
      provide: METRICS,
      inject: [Registry],
      useFactory: (registry: Registry) => gatewayMetrics(registry),
    };
    const output = {
      provide: TelemetryOutput,
      inject: [METRICS],
      useFactory: (m: GatewayMetrics) =>
        new TelemetryOutput({
          config,
          clientId: 'mqtt-gateway',
          metrics: m,
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
        }),
    };
    const judge = new Judge({
      parser,
      quota: quotaOf(config),
      deviceLevel: config.MQTT_DEVICE_LEVEL,
      maxBodyBytes: config.MAX_BODY_BYTES,
      maxBatchBytes: config.MAX_BATCH_BYTES,
      maxBatchEvents: config.MAX_BATCH_EVENTS,
    });
    const gateway = {
      provide: Gateway,
      inject: [METRICS, TelemetryOutput],
      useFactory: (m: GatewayMetrics, o: TelemetryOutput) =>
        new Gateway({ config, judge, output: o, metrics: m, log }),
    };
    return { module: GatewayModule, providers: [metrics, output, gateway] };
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

const METRICS = Symbol('GatewayMetrics');
