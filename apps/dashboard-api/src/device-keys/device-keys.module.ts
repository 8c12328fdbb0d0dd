import { LOGGER, type Logger } from '@iot/service';
import { Module } from '@nestjs/common';
import { AccountsInForce } from '../access/accounts.js';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { GroupsController } from './groups.controller.js';
import { KeyRing } from './key-ring.js';
import { KeysController } from './keys.controller.js';

@Module({
  controllers: [KeysController, GroupsController],
  providers: [
    {
      provide: KeyRing,
      useFactory: (config: DashboardConfig, accounts: AccountsInForce, log: Logger) =>
        new KeyRing(config, accounts, log),
      inject: [DASHBOARD_CONFIG, AccountsInForce, LOGGER],
    },
  ],
})
export class DeviceKeysModule {}
