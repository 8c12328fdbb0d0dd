import { Mongo } from '@iot/mongo';
import { Module } from '@nestjs/common';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { ListsModule } from '../lists/lists.module.js';
import { ReceiversController } from './receivers.controller.js';
import { ReceiversKeeper } from './receivers.keeper.js';

@Module({
  imports: [ListsModule],
  controllers: [ReceiversController],
  providers: [
    {
      provide: ReceiversKeeper,
      useFactory: (mongo: Mongo, { CREDENTIALS_SECRET }: DashboardConfig) =>
        new ReceiversKeeper(mongo, CREDENTIALS_SECRET),
      inject: [Mongo, DASHBOARD_CONFIG],
    },
  ],
})
export class ReceiversModule {}
