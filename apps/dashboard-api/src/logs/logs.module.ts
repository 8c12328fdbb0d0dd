import { Mongo } from '@iot/mongo';
import { LOGGER, type Logger } from '@iot/service';
import { Module } from '@nestjs/common';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { ListsModule } from '../lists/lists.module.js';
import { LiveModule } from '../live/live.module.js';
import { LogsController } from './logs.controller.js';
import { TailController } from './tail.controller.js';
import { Tail } from './tail.service.js';

@Module({
  imports: [ListsModule, LiveModule],
  controllers: [LogsController, TailController],
  providers: [
    {
      provide: Tail,
      useFactory: (mongo: Mongo, { MONGO_TIMEOUT_MS }: DashboardConfig, log: Logger) =>
        new Tail(mongo, MONGO_TIMEOUT_MS, log),
      inject: [Mongo, DASHBOARD_CONFIG, LOGGER],
    },
  ],
})
export class LogsModule {}
