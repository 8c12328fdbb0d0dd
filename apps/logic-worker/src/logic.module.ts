import { Module, type DynamicModule } from '@nestjs/common';
import { Health } from '@iot/health';
import { BatchConsumer, workerConsumer } from '@iot/kafka';
import { Registry } from '@iot/metrics';
import { LOGGER, type Logger } from '@iot/service';
import { parserFrom, ReadingParser } from '@iot/telemetry';
import type { LogicConfig } from './config.js';
import { BatchesController, METRICS } from './input/batches.controller.js';
import { logicMetrics, type LogicMetrics } from './metrics.js';

/** The logic worker's parts and how they hold together. */
@Module({})
export class LogicModule {
  static forRoot(config: LogicConfig): DynamicModule {
    return {
      module: LogicModule,
      controllers: [BatchesController],
      providers: [
        { provide: ReadingParser, useValue: parserFrom(config) },
        { provide: METRICS, inject: [Registry], useFactory: logicMetrics },
        {
          provide: BatchConsumer,
          inject: [METRICS, Health, LOGGER],
          useFactory: (metrics: LogicMetrics, health: Health, log: Logger) => {
            const batches = workerConsumer('logic-worker', config, metrics, log);
            // What a batch has done is done when its handler returns.
            batches.onHandled((topic, partition, next) => batches.commit(topic, partition, next));
            health.add(batches);
            return batches;
          },
        },
      ],
    };
  }
}
