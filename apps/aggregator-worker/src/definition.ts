import { BatchConsumer } from '@iot/kafka';
import type { ServiceDefinition } from '@iot/service';
import { AggregatorModule } from './aggregator.module.js';
import { config, type Config } from './config.js';

/** The aggregator as a service: for main.ts and for tests. */
export const aggregator: ServiceDefinition<Config> = {
  name: 'aggregator-worker',
  config,
  modules: (loaded) => [AggregatorModule.with(loaded)],
  prepare: (app) => void app.connectMicroservice({ strategy: app.get(BatchConsumer) }),
};
