import { Health } from '@iot/health';
import { Registry } from '@iot/metrics';
import { Mongo, MongoLifecycle } from '@iot/mongo';
import { LOGGER, type Logger } from '@iot/service';
import { catalogueFrom, SensorCatalogue } from '@iot/telemetry';
import { Module, type DynamicModule } from '@nestjs/common';
import type { DashboardConfig } from './config.js';
import { DASHBOARD_METRICS, dashboardMetrics } from './metrics.js';

/** Injection token of the {@link DashboardConfig}. */
export const DASHBOARD_CONFIG = Symbol('DashboardConfig');

/** What every resource may ask for: configuration, sensors, metrics, database. */
@Module({})
export class ContextModule {
  /** @throws ConfigError when SENSORS_FILE cannot be used */
  static forRoot(config: DashboardConfig): DynamicModule {
    return {
      module: ContextModule,
      global: true,
      providers: [
        // A copy: what the configuration does not have, it throws at, and Nest looks for much.
        { provide: DASHBOARD_CONFIG, useValue: { ...config } },
        { provide: SensorCatalogue, useValue: catalogueFrom(config) },
        { provide: DASHBOARD_METRICS, useFactory: dashboardMetrics, inject: [Registry] },
        { provide: Mongo, useFactory: () => new Mongo(config, 'dashboard-api', 'url') },
        {
          provide: MongoLifecycle,
          useFactory: (mongo: Mongo, health: Health, log: Logger) =>
            new MongoLifecycle(mongo, undefined, health, log),
          inject: [Mongo, Health, LOGGER],
        },
      ],
      exports: [DASHBOARD_CONFIG, SensorCatalogue, DASHBOARD_METRICS, Mongo],
    };
  }
}
