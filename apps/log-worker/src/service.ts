import { BatchConsumer } from '@iot/kafka';
import type { ServiceDefinition } from '@iot/service';
import { logConfig, type LogConfig } from './config.js';
import { LogModule } from './log.module.js';

/** The log worker as a service: for main.ts and for tests. */
export const service: ServiceDefinition<LogConfig> = {
  name: 'log-worker',
  config: logConfig,
  noTee: true,
  modules: (config) => [LogModule.forRoot(config)],
  prepare: (app) => void app.connectMicroservice({ strategy: app.get(BatchConsumer) }),
};
