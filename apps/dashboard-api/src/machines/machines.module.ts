import { sandboxLimits } from '@iot/logic';
import { Mongo } from '@iot/mongo';
import { Sandbox } from '@iot/sandbox';
import { Module, type OnApplicationShutdown } from '@nestjs/common';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { LogicController } from './logic.controller.js';
import { MachinesController } from './machines.controller.js';
import { MachinesReader } from './machines.reader.js';
import { Trials } from './trials.js';

@Module({
  controllers: [MachinesController, LogicController],
  providers: [
    {
      provide: MachinesReader,
      useFactory: (mongo: Mongo, { MONGO_TIMEOUT_MS }: DashboardConfig) =>
        new MachinesReader(mongo, MONGO_TIMEOUT_MS),
      inject: [Mongo, DASHBOARD_CONFIG],
    },
    {
      provide: Trials,
      useFactory: (config: DashboardConfig) =>
        new Trials(() => new Sandbox(sandboxLimits({ ...config, LOGIC_CACHE_BYTES: SMALL_CACHE }))),
      inject: [DASHBOARD_CONFIG],
    },
  ],
})
export class MachinesModule implements OnApplicationShutdown {
  constructor(private readonly trials: Trials) {}

  onApplicationShutdown(): Promise<void> {
    return this.trials.close();
  }
}

/** A draft is tried a few times, and then another one is. */
const SMALL_CACHE = 32 << 20;
