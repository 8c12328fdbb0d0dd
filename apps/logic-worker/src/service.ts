import { BatchConsumer } from '@iot/kafka';
import type { ServiceDefinition } from '@iot/service';
import { logicConfig, type LogicConfig } from './config.js';
import { LogicModule } from './logic.module.js';

/** The logic worker as a service: for main.ts and for tests. */
export const service: ServiceDefinition<LogicConfig> = {
  name: 'logic-worker',
  config: logicConfig,
  modules: (config) => [LogicModule.forRoot(config)],
  prepare: (app) => void app.connectMicroservice({ strategy: app.get(BatchConsumer) }),
};
