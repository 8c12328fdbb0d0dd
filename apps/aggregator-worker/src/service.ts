import { BatchConsumer } from '@iot/kafka';
import type { ServiceDefinition } from '@iot/service';
import { AggregatorModule } from './aggregator.module.js';
import { aggregatorConfig, type AggregatorConfig } from './config.js';

/** The aggregator as a service: for main.ts and for tests. */
export const service: ServiceDefinition<AggregatorConfig> = {
  name: 'aggregator-worker',
  config: aggregatorConfig,
  modules: (loaded) => [AggregatorModule.forRoot(loaded)],
  prepare: (app) => void app.connectMicroservice({ strategy: app.get(BatchConsumer) }),
};
