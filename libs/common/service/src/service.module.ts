import { Module, type DynamicModule, type OnModuleDestroy } from '@nestjs/common';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { Health, healthMetrics } from '@iot/health';
import { teeMetrics, type LogTee } from '@iot/logs';
import { createRegistry, metricsIn } from '@iot/metrics';
import { activeTracing } from '@iot/tracing';
import { OperationsController } from './operations.controller.js';
import { spanMetrics } from './span-metrics.js';
import { LOGGER, METRICS_TOKEN, SERVICE_INFO, type ServiceInfo } from './tokens.js';

/** What every service has: logger, metrics registry, health, and the routes that show them. */
@Module({})
export class ServiceModule implements OnModuleDestroy {
  constructor(private readonly health: Health) {}

  /** However the end was asked for, readiness is off before the server closes. */
  onModuleDestroy(): void {
    this.health.stop();
  }

  /**
   * @param tee takes the lines of `log`; undefined: nothing does
   * @param metricsToken what who reads `/metrics` must have; undefined: nothing
   */
  static forRoot(
    info: ServiceInfo,
    log: Logger,
    tee?: LogTee,
    metricsToken?: string,
  ): DynamicModule {
    const registry = createRegistry(info.service);
    const build = metricsIn(registry).gauge('build_info', 'Which version runs; always 1.', [
      'version',
    ]);
    build.set({ version: info.version }, 1);
    const health = new Health();
    healthMetrics(registry, health);
    teeMetrics(registry, tee);
    spanMetrics(registry, activeTracing()?.counts);
    const providers = [
      { provide: SERVICE_INFO, useValue: info },
      { provide: LOGGER, useValue: log },
      { provide: METRICS_TOKEN, useValue: metricsToken },
      { provide: Registry, useValue: registry },
      { provide: Health, useValue: health },
    ];
    return {
      module: ServiceModule,
      global: true,
      controllers: [OperationsController],
      providers,
      exports: providers.map(({ provide }) => provide),
    };
  }
}
