import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { BatchConsumer, workerConsumer } from '@iot/kafka';
import { Health } from '@iot/health';
import { Registry } from '@iot/metrics';
import { Mongo } from '@iot/mongo';
import { LOGGER, type Logger } from '@iot/service';
import { MongoLifecycle } from '@iot/mongo';
import { parserFrom, ReadingParser } from '@iot/telemetry';
import type { AlertsConfig } from './config.js';
import { BatchesController } from './input/batches.controller.js';
import { ThresholdUpdates } from './input/threshold-updates.js';
import { alertsMetrics, type AlertsMetrics } from './metrics.js';
import { AlertOutbox } from './output/alert-outbox.js';
import { Checkpoints } from './flow/checkpoints.js';
import { Evaluator } from './flow/evaluator.js';
import { LateWrites } from './flow/late-writes.js';
import { StateCache } from './flow/state-cache.js';
import { StateLoader } from './flow/state-loader.js';
import { MongoAlertStore, MongoStateStore } from './output/stores.js';

const METRICS = Symbol('AlertsMetrics');

/** The alerts worker's parts and how they hold together. */
@Module({})
export class AlertsModule {
  static forRoot(config: AlertsConfig): DynamicModule {
    const mongo = new Mongo(config, 'alerts-worker');
    return {
      module: AlertsModule,
      controllers: [BatchesController],
      providers: [
        { provide: Mongo, useValue: mongo },
        { provide: ReadingParser, useValue: parserFrom(config) },
        { provide: METRICS, inject: [Registry], useFactory: alertsMetrics },
        {
          provide: MongoLifecycle,
          inject: [Health, LOGGER],
          useFactory: (health: Health, log: Logger) =>
            new MongoLifecycle(mongo, config.RAW_RETENTION_DAYS, health, log),
        },
        consumer(config),
        evaluator(config, mongo),
        {
          provide: ThresholdUpdates,
          inject: [Evaluator, METRICS, LOGGER],
          useFactory: (judge: Evaluator, metrics: AlertsMetrics, log: Logger) =>
            new ThresholdUpdates(config, judge, metrics, log),
        },
      ],
    };
  }
}

const consumer = (config: AlertsConfig): Provider => ({
  provide: BatchConsumer,
  inject: [METRICS, Health, LOGGER],
  useFactory: (metrics: AlertsMetrics, health: Health, log: Logger) => {
    // The order of readings matters, so nothing is retried out of it; one topic is there for dead
    // letters that are redriven.
    const batches = workerConsumer(
      'alerts-worker',
      config,
      metrics,
      log,
      Math.min(1, config.MAX_RETRIES),
    );
    health.add(batches);
    return batches;
  },
});

const evaluator = (config: AlertsConfig, mongo: Mongo): Provider => ({
  provide: Evaluator,
  inject: [BatchConsumer, METRICS, Health, LOGGER],
  useFactory: (batches: BatchConsumer, metrics: AlertsMetrics, health: Health, log: Logger) => {
    const { thresholds, ALERT_STATE_CACHE, ALERT_CHECKPOINT_MS } = config;
    const store = new MongoStateStore(mongo.alertStates);
    const states = new StateCache(ALERT_STATE_CACHE);
    const alerts = new MongoAlertStore(mongo.alerts);
    const outbox = new AlertOutbox(alerts, metrics);
    const loader = new StateLoader(store, alerts);
    const lateWrites = new LateWrites(loader, store, alerts, thresholds);
    const checkpoints = new Checkpoints(
      store,
      outbox,
      states,
      lateWrites,
      batches,
      thresholds,
      ALERT_CHECKPOINT_MS,
      metrics,
      log,
    );
    batches.onAssignment(() => checkpoints.forget());
    batches.onHandled((topic, partition, next) => checkpoints.handled(topic, partition, next));
    batches.beforeLeave(() => checkpoints.finish());
    health.add(checkpoints);
    return new Evaluator(loader, thresholds, states, outbox, checkpoints, metrics);
  },
});
