import type { Accounts } from '@iot/accounts';
import { Mongo } from '@iot/mongo';
import { LOGGER, type Logger } from '@iot/service';
import { Module } from '@nestjs/common';
import { ACCOUNTS } from '../access/tokens.js';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';
import { PlatformModule } from '../platform/platform.module.js';
import { PlatformReader } from '../platform/platform.reader.js';
import { StatisticsReader } from '../stats/statistics.reader.js';
import { StatsModule } from '../stats/stats.module.js';
import { LiveController } from './live.controller.js';
import { LiveRights } from './live-rights.js';
import { Live } from './live.service.js';
import { LiveStateReader } from './live-state.reader.js';
import { Viewers } from './viewers.js';

@Module({
  imports: [PlatformModule, StatsModule],
  controllers: [LiveController],
  exports: [LiveRights, Viewers],
  providers: [
    {
      provide: Viewers,
      useFactory: ({ MAX_VIEWERS }: DashboardConfig, { viewers }: DashboardMetrics) =>
        new Viewers(MAX_VIEWERS, viewers),
      inject: [DASHBOARD_CONFIG, DASHBOARD_METRICS],
    },
    {
      provide: LiveRights,
      useFactory: (accounts: Accounts | null, log: Logger) => new LiveRights(accounts?.watch, log),
      inject: [ACCOUNTS, LOGGER],
    },
    {
      provide: Live,
      useFactory: (
        mongo: Mongo,
        statistics: StatisticsReader,
        platform: PlatformReader,
        { MONGO_TIMEOUT_MS }: DashboardConfig,
        log: Logger,
      ) => new Live(new LiveStateReader(mongo, statistics, platform, MONGO_TIMEOUT_MS), log),
      inject: [Mongo, StatisticsReader, PlatformReader, DASHBOARD_CONFIG, LOGGER],
    },
  ],
})
export class LiveModule {}
