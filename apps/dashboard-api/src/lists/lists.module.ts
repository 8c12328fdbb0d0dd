import { Module } from '@nestjs/common';
import { Mongo } from '@iot/mongo';
import { LOGGER, type Logger } from '@iot/service';
import { SensorCatalogue } from '@iot/telemetry';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';
import { ListExports } from './exports.js';
import { ListReader } from './reader.js';
import { ListResponder } from './responder.js';

/** What answers lists. A module with a list imports it. */
@Module({
  providers: [
    {
      provide: ListReader,
      useFactory: (mongo: Mongo, metrics: DashboardMetrics, config: DashboardConfig) =>
        new ListReader(mongo, config.MONGO_TIMEOUT_MS, metrics),
      inject: [Mongo, DASHBOARD_METRICS, DASHBOARD_CONFIG],
    },
    {
      provide: ListExports,
      useFactory: (
        reader: ListReader,
        metrics: DashboardMetrics,
        log: Logger,
        config: DashboardConfig,
      ) => new ListExports(reader, metrics, log, config),
      inject: [ListReader, DASHBOARD_METRICS, LOGGER, DASHBOARD_CONFIG],
    },
    {
      provide: ListResponder,
      useFactory: (
        reader: ListReader,
        exports: ListExports,
        catalogue: SensorCatalogue,
        metrics: DashboardMetrics,
        config: DashboardConfig,
      ) => new ListResponder(reader, exports, catalogue, metrics, config.READER_STALL_MS),
      inject: [ListReader, ListExports, SensorCatalogue, DASHBOARD_METRICS, DASHBOARD_CONFIG],
    },
  ],
  exports: [ListResponder],
})
export class ListsModule {}
