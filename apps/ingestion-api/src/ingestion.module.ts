import {
  Inject,
  Module,
  type DynamicModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { Health } from '@iot/health';
import { ByteBudget } from '@iot/resilience';
import { Registry } from '@iot/metrics';
import type { Logger } from '@iot/service';
import { newEventId, ReadingParser } from '@iot/telemetry';
import type { IngestionConfig } from './config.js';
import { Quota } from './core/quota.js';
import { ArrivingBodies } from './input/arriving.js';
import { Ingest } from './input/ingest.js';
import { ingestionMetrics } from './metrics.js';
import { KafkaOutput } from './output/kafka-output.js';

/** Wires input to output. */
@Module({})
export class IngestionModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(KafkaOutput) private readonly output: KafkaOutput,
    @Inject(Ingest) private readonly ingest: Ingest,
    @Inject(Health) private readonly health: Health,
  ) {}

  static forRoot(config: IngestionConfig, parser: ReadingParser, log: Logger): DynamicModule {
    const budget = new ByteBudget(config.INGEST_BUFFER_BYTES);
    const metrics = {
      provide: METRICS,
      inject: [Registry],
      useFactory: (registry: Registry) => ingestionMetrics(registry),
    };
    const output = {
      provide: KafkaOutput,
      inject: [METRICS],
      useFactory: (m: ReturnType<typeof ingestionMetrics>) => {
        const made = new KafkaOutput(config, m, log, budget);
        observe(m, budget, made);
        return made;
      },
    };
    const ingest = {
      provide: Ingest,
      inject: [METRICS, KafkaOutput],
      useFactory: (m: ReturnType<typeof ingestionMetrics>, { producer }: KafkaOutput) =>
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

function quotaOf({
  QUOTA_EVENTS_PER_SECOND: perSecond,
  QUOTA_BURST: burst,
}: IngestionConfig): Quota | undefined {
  return perSecond === 0 ? undefined : new Quota(perSecond, burst || perSecond * 10);
}

/** Gauges that are read when somebody asks. */
function observe(
  metrics: ReturnType<typeof ingestionMetrics>,
  budget: ByteBudget,
  output: KafkaOutput,
): void {
  metrics.bufferLimit.set(budget.limit);
  (metrics.bufferBytes as unknown as Collectable).collect = () =>
    metrics.bufferBytes.set(budget.used);
  (metrics.inFlight as unknown as Collectable).collect = () =>
    metrics.inFlight.set(output.producer.sendsInFlight);
}

interface Collectable {
  collect: () => void;
}
