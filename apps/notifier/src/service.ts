import { BatchConsumer } from '@iot/kafka';
import type { ServiceDefinition } from '@iot/service';
import { notifierConfig, type NotifierConfig } from './config.js';
import { NotifierModule } from './notifier.module.js';

/** The notifier as a service: for main.ts and for tests. */
export const service: ServiceDefinition<NotifierConfig> = {
  name: 'notifier',
  config: notifierConfig,
  modules: (config) => [NotifierModule.forRoot(config)],
  prepare: (app) => void app.connectMicroservice({ strategy: app.get(BatchConsumer) }),
};
