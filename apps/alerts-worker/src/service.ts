import { BatchConsumer } from '@iot/kafka';
import type { ServiceDefinition } from '@iot/service';
import { AlertsModule } from './alerts.module.js';
import { alertsConfig, type AlertsConfig } from './config.js';

/** The alerts worker as a service: for main.ts and for tests. */
export const service: ServiceDefinition<AlertsConfig> = {
  name: 'alerts-worker',
  config: alertsConfig,
  modules: (loaded) => [AlertsModule.forRoot(loaded)],
  prepare: (app) => void app.connectMicroservice({ strategy: app.get(BatchConsumer) }),
};
