import { Mongo } from '@iot/mongo';
import { Module } from '@nestjs/common';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';
import { InstallationGauges } from './installation-gauges.js';
import { readInstallation } from './installation.js';
import { StatisticsReader } from './statistics.reader.js';
import { StatsController } from './stats.controller.js';

@Module({
  controllers: [StatsController],
  exports: [StatisticsReader],
  providers: [
    {
      provide: StatisticsReader,
      useFactory: (mongo: Mongo, { MONGO_TIMEOUT_MS }: DashboardConfig) =>
        new StatisticsReader(mongo, MONGO_TIMEOUT_MS),
      inject: [Mongo, DASHBOARD_CONFIG],
    },
    {
      provide: InstallationGauges,
      useFactory: (
        mongo: Mongo,
        statistics: StatisticsReader,
        metrics: DashboardMetrics,
        { MONGO_TIMEOUT_MS, VERIFY_EXPECTED }: DashboardConfig,
      ) => {
        metrics.verifyExpected.set(VERIFY_EXPECTED ? 1 : 0);
        return new InstallationGauges(metrics, () =>
          readInstallation(mongo, statistics, new Date(), MONGO_TIMEOUT_MS),
        );
      },
      inject: [Mongo, StatisticsReader, DASHBOARD_METRICS, DASHBOARD_CONFIG],
    },
  ],
})
export class StatsModule {}
