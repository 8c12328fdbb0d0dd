import { BatchConsumer } from '@iot/common/kafka';
import type { ServiceDefinition } from '@iot/common/service';
import { AggregatorModule } from './aggregator.module.js';
import { config, type Config } from './config.js';

/** The aggregator as a service: for main.ts and for tests. */
export const aggregator: ServiceDefinition<Config> = {
  name: 'aggregator-worker',
  config,
  modules: (loaded) => [AggregatorModule.with(loaded)],
  prepare: (app) => void app.connectMicroservice({ strategy: app.get(BatchConsumer) }),
};
