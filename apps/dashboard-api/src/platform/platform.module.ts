import { LOGGER, SERVICE_INFO, type Logger, type ServiceInfo } from '@iot/service';
import { Module } from '@nestjs/common';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { PlatformController } from './platform.controller.js';
import { PlatformReader } from './platform.reader.js';

@Module({
  controllers: [PlatformController],
  exports: [PlatformReader],
  providers: [
    {
      provide: PlatformReader,
      useFactory: (config: DashboardConfig, info: ServiceInfo, log: Logger) =>
        new PlatformReader(config, info, log),
      inject: [DASHBOARD_CONFIG, SERVICE_INFO, LOGGER],
    },
  ],
})
export class PlatformModule {}
