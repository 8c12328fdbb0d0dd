import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { BatchConsumer, workerConsumer } from '@iot/kafka';
import { Health } from '@iot/health';
import { Registry } from '@iot/metrics';
import { Mongo } from '@iot/mongo';
import { MongoRollupStore } from '@iot/rollup';
import { LOGGER, type Logger } from '@iot/service';
import { MongoLifecycle } from '@iot/mongo';
import { parserFrom, ReadingParser } from '@iot/telemetry';
import type { AggregatorConfig } from './config.js';
import { BatchesController } from './input/batches.controller.js';
import { aggregatorMetrics, type AggregatorMetrics } from './metrics.js';
import { Aggregator } from './flow/aggregator.js';
import { BareIds } from './output/bare-ids.js';
import { ConfigurationInForce } from './flow/configuration-in-force.js';
import { DeviceStore } from './output/device-store.js';
import { joinedStores } from './output/joined-stores.js';
import { MongoRawStore } from './output/raw-store.js';

const METRICS = Symbol('AggregatorMetrics');

/** The aggregator's parts and how they hold together. */
@Module({})
export class AggregatorModule {
  static forRoot(config: AggregatorConfig): DynamicModule {
    const mongo = new Mongo(config, 'aggregator-worker');
    return {
      module: AggregatorModule,
      controllers: [BatchesController],
      providers: [
        { provide: Mongo, useValue: mongo },
        { provide: ReadingParser, useValue: parserFrom(config) },
        { provide: METRICS, inject: [Registry], useFactory: aggregatorMetrics },
        {
          provide: MongoLifecycle,
          inject: [Health, LOGGER],
          useFactory: (health: Health, log: Logger) =>
            new MongoLifecycle(mongo, config.RAW_RETENTION_DAYS, health, log),
        },
        {
          provide: ConfigurationInForce,
          inject: [Health, LOGGER],
          useFactory: (health: Health, log: Logger) => {
            const inForce = new ConfigurationInForce(mongo, config, log);
            health.add(inForce);
            return inForce;
          },
        },
        consumer(config),
        aggregator(config, mongo),
      ],
    };
  }
}

const consumer = (config: AggregatorConfig): Provider => ({
  provide: BatchConsumer,
  inject: [METRICS, Health, LOGGER],
  useFactory: (metrics: AggregatorMetrics, health: Health, log: Logger) => {
    const batches = workerConsumer('aggregator-worker', config, metrics, log);
    health.add(batches);
    return batches;
  },
});

const aggregator = (config: AggregatorConfig, mongo: Mongo): Provider => ({
  provide: Aggregator,
  inject: [BatchConsumer, ConfigurationInForce, METRICS, LOGGER],
  useFactory: (
    batches: BatchConsumer,
    inForce: ConfigurationInForce,
    metrics: AggregatorMetrics,
    log: Logger,
  ) => {
    const stores = joinedStores({
      raw: new MongoRawStore(mongo.raw, new BareIds(mongo.db, mongo.raw)),
      rollups: new MongoRollupStore(mongo.raw, mongo.rollups, config.rollupRetentionMs),
      devices: new DeviceStore(mongo.devices, config.DEVICE_CACHE),
    });
    const made = new Aggregator(stores, config, () => inForce.standing(), batches, metrics, log);
    batches.onAssignment(() => made.forget());
    batches.onHandled((topic, partition, next) => made.handled(topic, partition, next));
    batches.beforeLeave(() => made.finish());
    inForce.onChange((reason) => {
      made.forget();
      batches.startOver(reason);
    });
    return made;
  },
});
