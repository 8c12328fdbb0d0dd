import { LOGGER, type Logger } from '@iot/service';
import { Module } from '@nestjs/common';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLettersReader } from './dead-letters.reader.js';

@Module({
  controllers: [DeadLettersController],
  providers: [
    {
      provide: DeadLettersReader,
      useFactory: (config: DashboardConfig, log: Logger) => new DeadLettersReader(config, log),
      inject: [DASHBOARD_CONFIG, LOGGER],
    },
  ],
})
export class DeadLettersModule {}
