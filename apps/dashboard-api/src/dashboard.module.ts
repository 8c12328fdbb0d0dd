import { LOGGER, type Logger } from '@iot/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { AccessModule } from './access/access.module.js';
import { AlertRulesModule } from './alert-rules/alert-rules.module.js';
import { AlertsModule } from './alerts/alerts.module.js';
import { AuditModule } from './audit/audit.controller.js';
import { AuthModule } from './auth/auth.module.js';
import type { DashboardConfig } from './config.js';
import { ContextModule } from './context.module.js';
import { DatabaseUnavailableInterceptor } from './database/database-unavailable.interceptor.js';
import { DeviceKeysModule } from './device-keys/device-keys.module.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { DevicesModule } from './devices/devices.module.js';
import { QueryPipe } from './lists/query.pipe.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from './metrics.js';
import { LogsModule } from './logs/logs.module.js';
import { MachinesModule } from './machines/machines.module.js';
import { MutesModule } from './mutes/mutes.module.js';
import { LiveModule } from './live/live.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { OverviewModule } from './overview/overview.module.js';
import { PageModule } from './page/page.module.js';
import { PlatformModule } from './platform/platform.module.js';
import { ReadingsModule } from './readings/readings.module.js';
import { ReceiversModule } from './receivers/receivers.module.js';
import { RollupsModule } from './rollups/rollups.module.js';
import { RoutesModule } from './routes/routes.module.js';
import { SensorsModule } from './sensors/sensors.module.js';
import { StatsModule } from './stats/stats.module.js';
import { TokensModule } from './tokens/tokens.controller.js';
import { UsersModule } from './users/users.controller.js';

/** The resources, in the order in which `GET /` names them. */
export const RESOURCES = [
  OverviewModule,
  ReadingsModule,
  RollupsModule,
  AlertsModule,
  AlertRulesModule,
  MutesModule,
  DevicesModule,
  SensorsModule,
  MachinesModule,
  StatsModule,
  PlatformModule,
  LogsModule,
  DeadLettersModule,
  NotificationsModule,
  ReceiversModule,
  RoutesModule,
  AuthModule,
  UsersModule,
  TokensModule,
  DeviceKeysModule,
  AuditModule,
  LiveModule,
  PageModule,
];

/** The wiring: what all resources have, the resources, and what holds for each request. */
@Module({})
export class DashboardModule {
  /** @throws ConfigError when SENSORS_FILE cannot be used */
  static forRoot(config: DashboardConfig): DynamicModule {
    return {
      module: DashboardModule,
      imports: [ContextModule.forRoot(config), AccessModule.forRoot(config), ...RESOURCES],
      providers: [
        { provide: APP_PIPE, useClass: QueryPipe },
        {
          provide: APP_INTERCEPTOR,
          useFactory: (metrics: DashboardMetrics, log: Logger) =>
            new DatabaseUnavailableInterceptor(metrics, log),
          inject: [DASHBOARD_METRICS, LOGGER],
        },
      ],
    };
  }
}
