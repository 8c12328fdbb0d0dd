import { Health } from '@iot/health';
import { Registry } from '@iot/metrics';
import { Mongo } from '@iot/mongo';
import { LOGGER, SERVICE_INFO, type Logger, type ServiceInfo } from '@iot/service';
import { MongoLifecycle } from '@iot/mongo';
import { catalogueFrom, SensorCatalogue } from '@iot/telemetry';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { DashboardConfig } from './config.js';
import { AlertsController } from './alerts/alerts.controller.js';
import { DevicesController } from './devices/devices.controller.js';
import { ListResponder } from './lists/responder.js';
import { OverviewController } from './overview/overview.controller.js';
import { PlatformController } from './platform/platform.controller.js';
import { ReadingsController } from './readings/readings.controller.js';
import { StoreUnwellInterceptor } from './database/store-unwell.interceptor.js';
import { DASHBOARD_METRICS, dashboardMetrics, type DashboardMetrics } from './metrics.js';
import { PlatformReader } from './platform/platform.reader.js';
import { InstallationGauges, readInstallation } from './stats/installation.js';
import { ListReader } from './lists/reader.js';
import { StatisticsReader } from './stats/statistics.js';

/** The wiring: database, reader of lists, responder, routes. */
@Module({})
export class DashboardModule {
  /** @throws ConfigError when SENSORS_FILE cannot be used */
  static forRoot(config: DashboardConfig): DynamicModule {
    const catalogue = catalogueFrom(config);
    return {
      module: DashboardModule,
      controllers: [
        OverviewController,
        PlatformController,
        ReadingsController,
        AlertsController,
        DevicesController,
      ],
      providers: [
        { provide: SensorCatalogue, useValue: catalogue },
        { provide: Mongo, useFactory: () => new Mongo(config, 'dashboard-api', 'url') },
        {
          provide: MongoLifecycle,
          useFactory: (mongo: Mongo, health: Health, log: Logger) =>
            new MongoLifecycle(mongo, undefined, health, log),
          inject: [Mongo, Health, LOGGER],
        },
        { provide: DASHBOARD_METRICS, useFactory: dashboardMetrics, inject: [Registry] },
        {
          provide: ListReader,
          useFactory: (mongo: Mongo, metrics: DashboardMetrics) =>
            new ListReader(mongo, config.MONGO_TIMEOUT_MS, metrics),
          inject: [Mongo, DASHBOARD_METRICS],
        },
        {
          provide: StatisticsReader,
          useFactory: (mongo: Mongo) => new StatisticsReader(mongo, config.MONGO_TIMEOUT_MS),
          inject: [Mongo],
        },
        {
          provide: InstallationGauges,
          useFactory: (mongo: Mongo, statistics: StatisticsReader, metrics: DashboardMetrics) =>
            new InstallationGauges(metrics, () =>
              readInstallation(mongo, statistics, new Date(), config.MONGO_TIMEOUT_MS),
            ),
          inject: [Mongo, StatisticsReader, DASHBOARD_METRICS],
        },
        {
          provide: PlatformReader,
          useFactory: (info: ServiceInfo, log: Logger) => new PlatformReader(config, info, log),
          inject: [SERVICE_INFO, LOGGER],
        },
        {
          provide: ListResponder,
          useFactory: (reader: ListReader, metrics: DashboardMetrics, log: Logger) =>
            new ListResponder(reader, catalogue, metrics, log, config),
          inject: [ListReader, DASHBOARD_METRICS, LOGGER],
        },
        {
          provide: APP_INTERCEPTOR,
          useFactory: (metrics: DashboardMetrics, log: Logger) =>
            new StoreUnwellInterceptor(metrics, log),
          inject: [DASHBOARD_METRICS, LOGGER],
        },
      ],
    };
  }
}
