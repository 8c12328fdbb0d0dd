import { Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import { Health } from '@iot/health';
import { BatchConsumer, workerConsumer } from '@iot/kafka';
import { logsTopic } from '@iot/logs';
import { Registry } from '@iot/metrics';
import { ensureLogIndexes, Mongo, MongoLifecycle } from '@iot/mongo';
import { Recurring } from '@iot/resilience';
import { LOGGER, type Logger } from '@iot/service';
import type { LogConfig } from './config.js';
import { Keeping } from './flow/keeping.js';
import { BatchesController } from './input/batches.controller.js';
import { logMetrics, type LogMetrics } from './metrics.js';
import { LogBound } from './output/log-bound.js';
import { LogStore } from './output/log-store.js';

const METRICS = Symbol('LogMetrics');
const BOUND_EVERY_MS = 60_000;

/** The log worker's parts and how they hold together. */
@Module({})
export class LogModule implements OnModuleDestroy {
  constructor(private readonly bound: Recurring) {
    bound.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.bound.stop();
  }

  static forRoot(config: LogConfig): DynamicModule {
    const mongo = new Mongo(config, 'log-worker');
    return {
      module: LogModule,
      controllers: [BatchesController],
      providers: [
        { provide: Mongo, useValue: mongo },
        {
          provide: Keeping,
          inject: [METRICS],
          useFactory: (metrics: LogMetrics) => new Keeping(new LogStore(mongo), metrics),
        },
        { provide: METRICS, inject: [Registry], useFactory: logMetrics },
        {
          provide: MongoLifecycle,
          inject: [Health, LOGGER],
          useFactory: (health: Health, log: Logger) =>
            new MongoLifecycle(
              mongo,
              () => ensureLogIndexes(mongo, config.LOGS_RETENTION_DAYS),
              health,
              log,
            ),
        },
        {
          provide: Recurring,
          inject: [METRICS, LOGGER],
          useFactory: (metrics: LogMetrics, log: Logger) => {
            const bound = new LogBound(
              mongo,
              config.LOGS_MAX_BYTES,
              (bytes) => metrics.bytes.set(bytes),
              (lines) => metrics.removed.inc(lines),
            );
            const tell = ({ message }: Error): void =>
              log.warn({ error: message }, 'cannot keep the lines of logs within their bytes');
            return new Recurring(() => bound.keep(), BOUND_EVERY_MS, tell);
          },
        },
        {
          provide: BatchConsumer,
          inject: [METRICS, Health, LOGGER],
          useFactory: (metrics: LogMetrics, health: Health, log: Logger) => {
            const batches = workerConsumer(
              'log-worker',
              { ...config, TELEMETRY_TOPIC: config.LOGS_TOPIC },
              metrics,
              log,
              // No line is refused, so none is tried again by itself.
              0,
              logsTopic(config.LOGS_TOPIC, config.KAFKA_REPLICATION_FACTOR),
            );
            batches.onHandled((topic, partition, next) => batches.commit(topic, partition, next));
            health.add(batches);
            return batches;
          },
        },
      ],
    };
  }
}
