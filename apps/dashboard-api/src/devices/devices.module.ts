import { Mongo } from '@iot/mongo';
import { Module } from '@nestjs/common';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { ListsModule } from '../lists/lists.module.js';
import { DeviceSearch } from './device-search.js';
import { DevicesController } from './devices.controller.js';

@Module({
  imports: [ListsModule],
  controllers: [DevicesController],
  providers: [
    {
      provide: DeviceSearch,
      useFactory: (mongo: Mongo, { MONGO_TIMEOUT_MS }: DashboardConfig) =>
        new DeviceSearch(mongo, MONGO_TIMEOUT_MS),
      inject: [Mongo, DASHBOARD_CONFIG],
    },
  ],
})
export class DevicesModule {}
