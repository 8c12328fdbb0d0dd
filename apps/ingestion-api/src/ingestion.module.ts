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
import { acceptingParserFrom, newEventId, ReadingParser } from '@iot/telemetry';
import type { IngestionConfig } from './config.js';
import { ArrivingBodies } from './input/arriving.js';
import type { Routes } from './input/door.js';
import { DeviceKeys } from './input/device-keys.js';
import { Guard } from './input/guard.js';
import {
  BROKER_SETTINGS,
  MqttAuthController,
  type BrokerSettings,
} from './input/mqtt-auth.controller.js';
import { Receiver } from './input/receiver.js';
import { ingestRoutes } from './input/routes.js';
import { ingestionMetrics, type IngestionMetrics } from './metrics.js';

/** The token of the paths that are taken, and what takes them. */
export const ROUTES = Symbol('Routes');
const METRICS = Symbol('IngestionMetrics');

/** Wires input to output. */
@Module({})
export class IngestionModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(TelemetryOutput) private readonly output: TelemetryOutput,
    @Inject(Receiver) private readonly receiver: Receiver,
    @Inject(DeviceKeys) private readonly keys: DeviceKeys | undefined,
    @Inject(Health) private readonly health: Health,
  ) {}

  static forRoot(config: IngestionConfig, log: Logger): DynamicModule {
    const parser = acceptingParserFrom(config);
    const budget = new ByteBudget(config.INGEST_BUFFER_BYTES);
    const metrics = {
      provide: METRICS,
      inject: [Registry],
      useFactory: (registry: Registry) => ingestionMetrics(registry),
    };
    const output = {
      provide: TelemetryOutput,
      inject: [METRICS],
      useFactory: (m: IngestionMetrics) =>
        new TelemetryOutput({ config, clientId: 'ingestion-api', metrics: m, log, budget }),
    };
    const receiver = {
      provide: Receiver,
      inject: [METRICS, TelemetryOutput],
      useFactory: (m: IngestionMetrics, { producer }: TelemetryOutput) =>
        new Receiver({
          producer,
          arriving: new ArrivingBodies({ budget, stallMs: config.BODY_STALL_MS }),
          metrics: m,
          log,
        }),
    };
    const routes = {
      provide: ROUTES,
      inject: [METRICS, Receiver],
      useFactory: (m: IngestionMetrics, to: Receiver): Routes =>
        ingestRoutes(to, {
          parser,
          newEventId,
          quota: quotaOf(config),
          metrics: m,
          maxBodyBytes: config.MAX_BODY_BYTES,
          maxBatchBytes: config.MAX_BATCH_BYTES,
          maxBatchEvents: config.MAX_BATCH_EVENTS,
        }),
    };
    const keys = {
      provide: DeviceKeys,
      inject: [METRICS],
      useFactory: (m: IngestionMetrics) =>
        config.AUTH === 'on' ? new DeviceKeys(config, m, log) : undefined,
    };
    const guard = {
      provide: Guard,
      inject: [METRICS, Receiver, DeviceKeys],
      useFactory: (m: IngestionMetrics, to: Receiver, held: DeviceKeys | undefined) =>
        held &&
        new Guard({
          authenticator: () => held.authenticator,
          receiver: to,
          metrics: m,
          limit: config.MAX_BODY_BYTES,
        }),
    };
    const broker = {
      provide: BROKER_SETTINGS,
      inject: [METRICS],
      useFactory: (m: IngestionMetrics): BrokerSettings => ({
        metrics: m,
        topics: config.MQTT_TOPICS,
        deviceLevel: config.MQTT_DEVICE_LEVEL,
      }),
    };
    return {
      module: IngestionModule,
      // Without keys there is nothing to ask about.
      controllers: config.AUTH === 'on' ? [MqttAuthController] : [],
      providers: [
        broker,
        metrics,
        output,
        receiver,
        keys,
        guard,
        routes,
        { provide: ReadingParser, useValue: parser },
      ],
    };
  }

  onApplicationBootstrap(): void {
    this.health.add({ name: 'kafka', check: () => this.output.check() });
    this.health.whenStopping(() => (this.receiver.stopping = true));
    this.output.start();
    const { keys } = this;
    if (!keys) return;
    this.health.add({ name: 'device_keys', check: () => keys.check() });
    keys.start();
  }

  /** Runs when the HTTP server has answered what it had taken. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.output.close(), this.keys?.close()]);
  }
}
