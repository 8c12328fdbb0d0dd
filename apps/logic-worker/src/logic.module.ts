import { Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Health } from '@iot/health';
import { BatchConsumer, createKafka, workerConsumer } from '@iot/kafka';
import { LogicStore, sandboxLimits } from '@iot/logic';
import { Registry } from '@iot/metrics';
import { Mongo, MongoLifecycle } from '@iot/mongo';
import { isolation, Sandbox } from '@iot/sandbox';
import { LOGGER, type Logger } from '@iot/service';
import { parserFrom, ReadingParser } from '@iot/telemetry';
import type { LogicConfig } from './config.js';
import { MachineTurns } from './flow/machine-turns.js';
import { Processes } from './flow/processes.js';
import { Runner } from './flow/runner.js';
import { BatchesController } from './input/batches.controller.js';
import { ProgramUpdates } from './input/program-updates.js';
import { logicMetrics, type LogicMetrics } from './metrics.js';
import { MongoMachineStore } from './output/machine-store.js';
import { ResultsTopic } from './output/results-topic.js';

const METRICS = Symbol('LogicMetrics');

/** What is stopped when no batch is at hand any more. */
class Parts implements OnApplicationShutdown {
  constructor(
    private readonly updates: ProgramUpdates,
    private readonly processes: Processes,
    private readonly results: ResultsTopic,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.allSettled([this.updates.stop(), this.processes.close(), this.results.close()]);
  }
}

/** The logic worker's parts and how they hold together. */
@Module({})
export class LogicModule {
  static forRoot(config: LogicConfig): DynamicModule {
    const mongo = new Mongo(config, 'logic-worker');
    return {
      module: LogicModule,
      controllers: [BatchesController],
      providers: [
        { provide: Mongo, useValue: mongo },
        { provide: ReadingParser, useValue: parserFrom(config) },
        { provide: METRICS, inject: [Registry], useFactory: logicMetrics },
        {
          provide: MongoLifecycle,
          inject: [Health, LOGGER],
          useFactory: (health: Health, log: Logger) =>
            new MongoLifecycle(mongo, config.RAW_RETENTION_DAYS, health, log),
        },
        {
          provide: MongoMachineStore,
          useFactory: () =>
            new MongoMachineStore(mongo.machineStates, config.LOGIC_STATE_CACHE_BYTES),
        },
        {
          provide: BatchConsumer,
          inject: [METRICS, Health, LOGGER, MongoMachineStore],
          useFactory: (
            metrics: LogicMetrics,
            health: Health,
            log: Logger,
            store: MongoMachineStore,
          ) => {
            // The order of readings matters, so nothing is retried out of it; one topic is there
            // for dead letters that are redriven.
            const retries = Math.min(1, config.MAX_RETRIES);
            const batches = workerConsumer('logic-worker', config, metrics, log, retries);
            batches.onAssignment(() => store.forgetAll());
            batches.onHandled((topic, partition, next) => {
              metrics.cachedStates.set(store.size);
              batches.commit(topic, partition, next);
            });
            health.add(batches);
            return batches;
          },
        },
        {
          provide: ProgramUpdates,
          inject: [METRICS, Health, LOGGER],
          useFactory: (metrics: LogicMetrics, health: Health, log: Logger) => {
            const store = new LogicStore(mongo);
            const updates = new ProgramUpdates(store, config.LOGIC_POLL_MS, metrics, log);
            health.add(updates);
            updates.start();
            return updates;
          },
        },
        {
          provide: Processes,
          inject: [METRICS, LOGGER],
          useFactory: (metrics: LogicMetrics, log: Logger) => {
            const isolated = isolation();
            log.info({ withoutNetwork: isolated.withoutNetwork }, 'programs run in processes');
            const sandboxes = Array.from(
              { length: config.LOGIC_PROCESSES },
              () =>
                new Sandbox(
                  sandboxLimits(config),
                  (reason) => {
                    metrics.restarts.inc({ reason });
                    log.warn({ reason }, 'a process of programs is replaced');
                  },
                  isolated,
                ),
            );
            return new Processes(sandboxes, metrics);
          },
        },
        {
          provide: ResultsTopic,
          inject: [LOGGER],
          useFactory: (log: Logger) =>
            new ResultsTopic(createKafka(config, 'logic-worker', log), {
              name: config.RESULTS_TOPIC,
              partitions: config.TELEMETRY_PARTITIONS,
              replication: config.KAFKA_REPLICATION_FACTOR,
            }),
        },
        {
          provide: Runner,
          inject: [Processes, MongoMachineStore, ResultsTopic, METRICS],
          useFactory: (
            processes: Processes,
            store: MongoMachineStore,
            results: ResultsTopic,
            metrics: LogicMetrics,
          ) => {
            const rules = {
              failures: config.LOGIC_FAILURES,
              windowMs: config.LOGIC_FAILURES_WINDOW_MS,
              firstMs: config.LOGIC_HOLD_MS,
              longestMs: config.LOGIC_HOLD_MAX_MS,
            };
            return new Runner(processes, store, results, new MachineTurns(), rules, metrics);
          },
        },
        { provide: Parts, inject: [ProgramUpdates, Processes, ResultsTopic], useFactory: parts },
      ],
    };
  }
}

const parts = (updates: ProgramUpdates, processes: Processes, results: ResultsTopic): Parts =>
  new Parts(updates, processes, results);
