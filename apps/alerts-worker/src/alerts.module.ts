import { RuleStore } from '@iot/alert-rules';
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
import { RuleUpdates } from './input/rule-updates.js';
import { ThresholdUpdates } from './input/threshold-updates.js';
import { alertsMetrics, type AlertsMetrics } from './metrics.js';
import { MongoAcknowledgements } from './output/acknowledgements.js';
import { AlertOutbox } from './output/alert-outbox.js';
import { AlertTopic } from './output/alert-topic.js';
import { MongoDeviceIndex } from './output/device-index.js';
import { MongoProgressStore } from './output/progress-store.js';
import { AcknowledgementRelay } from './flow/acknowledgement-relay.js';
import { Checkpoints } from './flow/checkpoints.js';
import { Evaluator } from './flow/evaluator.js';
import { LateWrites } from './flow/late-writes.js';
import { Progresses } from './flow/progresses.js';
import { Renewals } from './flow/renewals.js';
import { RuleSweep } from './flow/rule-sweep.js';
import { RulesInForce } from './flow/rules-in-force.js';
import { SilenceWatch } from './flow/silence-watch.js';
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
        {
          provide: RulesInForce,
          useValue: new RulesInForce(config.thresholds, config.units),
        },
        {
          provide: AlertTopic,
          inject: [LOGGER],
          useFactory: (log: Logger) => new AlertTopic(config, log),
        },
        evaluator(config, mongo),
        {
          provide: AcknowledgementRelay,
          inject: [AlertTopic, LOGGER],
          useFactory: (topic: AlertTopic, log: Logger) =>
            new AcknowledgementRelay(new MongoAcknowledgements(mongo.alerts), topic, log),
        },
        {
          provide: RuleUpdates,
          inject: [RulesInForce, METRICS, LOGGER],
          useFactory: (rules: RulesInForce, metrics: AlertsMetrics, log: Logger) =>
            new RuleUpdates(
              new RuleStore(mongo, new Set(config.units.keys())),
              config.fileRules,
              rules,
              metrics,
              log,
            ),
        },
        {
          provide: ThresholdUpdates,
          inject: [RulesInForce, METRICS, LOGGER],
          useFactory: (rules: RulesInForce, metrics: AlertsMetrics, log: Logger) =>
            new ThresholdUpdates(config, rules, metrics, log),
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

/** Rules wait so long for a checkpoint of what was judged by those before. */
const CHECKPOINT_PATIENCE_MS = 5000;

const evaluator = (config: AlertsConfig, mongo: Mongo): Provider => ({
  provide: Evaluator,
  inject: [BatchConsumer, RulesInForce, AlertTopic, METRICS, Health, LOGGER],
  useFactory: (
    batches: BatchConsumer,
    rules: RulesInForce,
    topic: AlertTopic,
    metrics: AlertsMetrics,
    health: Health,
    log: Logger,
  ) => {
    const { ALERT_STATE_CACHE, ALERT_CHECKPOINT_MS, TELEMETRY_TOPIC } = config;
    const store = new MongoStateStore(mongo.alertStates);
    const states = new StateCache(ALERT_STATE_CACHE);
    const alerts = new MongoAlertStore(mongo.alerts);
    const index = new MongoDeviceIndex(mongo);
    const outbox = new AlertOutbox(alerts, topic, metrics);
    const loader = new StateLoader(store, alerts);
    const lateWrites = new LateWrites(loader, store, alerts, topic, rules);
    const progresses = new Progresses(
      new MongoProgressStore(mongo.alertProgress),
      rules,
      TELEMETRY_TOPIC,
    );
    const checkpoints = new Checkpoints(
      store,
      outbox,
      states,
      lateWrites,
      batches,
      progresses,
      ALERT_CHECKPOINT_MS,
      metrics,
      log,
    );
    const renewals = (name: string): Renewals =>
      new Renewals(name, loader, rules, states, outbox, checkpoints);
    const sweep = new RuleSweep(index, renewals('rules'), rules, progresses, states, checkpoints);
    const watch = new SilenceWatch(
      index,
      sweep,
      renewals('silence'),
      rules,
      progresses,
      states,
      checkpoints,
      log,
    );
    rules.beforeChange(() => checkpoints.takeWithin(CHECKPOINT_PATIENCE_MS));
    batches.onAssignment((assignment) => {
      checkpoints.forget();
      progresses.assign(assignment);
      watch.start();
    });
    batches.onHandled((topic, partition, next) => checkpoints.handled(topic, partition, next));
    batches.onEnd((topic, partition) => watch.atEnd(`${topic}/${partition}`));
    batches.beforeLeave(async () => {
      await watch.stop();
      await checkpoints.finish();
    });
    health.add(checkpoints);
    return new Evaluator(loader, rules, progresses, states, outbox, checkpoints, metrics);
  },
});
