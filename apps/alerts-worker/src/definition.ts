import { BatchConsumer } from '@iot/kafka';
import type { ServiceDefinition } from '@iot/service';
import { AlertsModule } from './alerts.module.js';
import { config, type Config } from './config.js';

/** The alerts worker as a service: for main.ts and for tests. */
export const alerts: ServiceDefinition<Config> = {
  name: 'alerts-worker',
  config,
  modules: (loaded) => [AlertsModule.with(loaded)],
  prepare: (app) => void app.connectMicroservice({ strategy: app.get(BatchConsumer) }),
};
