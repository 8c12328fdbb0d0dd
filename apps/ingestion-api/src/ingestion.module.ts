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
import { Ingest } from './input/ingest.js';
import { ingestionMetrics, type IngestionMetrics } from './metrics.js';

/** Wires input to output. */
@Module({})
export class IngestionModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(TelemetryOutput) private readonly output: TelemetryOutput,
    @Inject(Ingest) private readonly ingest: Ingest,
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
    const ingest = {
      provide: Ingest,
      inject: [METRICS, TelemetryOutput],
      useFactory: (m: IngestionMetrics, { producer }: TelemetryOutput) =>
        new Ingest({
          parser,
          producer,
          arriving: new ArrivingBodies({ budget, stallMs: config.BODY_STALL_MS }),
          metrics: m,
          log,
          newEventId,
          quota: quotaOf(config),
          maxBodyBytes: config.MAX_BODY_BYTES,
          maxBatchBytes: config.MAX_BATCH_BYTES,
          maxBatchEvents: config.MAX_BATCH_EVENTS,
        }),
    };
    return {
      module: IngestionModule,
      providers: [metrics, output, ingest, { provide: ReadingParser, useValue: parser }],
    };
  }

  onApplicationBootstrap(): void {
    this.health.add({ name: 'kafka', check: () => this.output.check() });
    this.health.whenStopping(() => (this.ingest.stopping = true));
    this.output.start();
  }

  /** Runs when the HTTP server has answered what it had taken. */
  async onApplicationShutdown(): Promise<void> {
    await this.output.close();
  }
}

const METRICS = Symbol('IngestionMetrics');
