import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parserFrom } from '@iot/common/telemetry';
import type { ServiceDefinition } from '@iot/common/service';
import { ingestionConfig, type IngestionConfig } from './config.js';
import { IngestionModule } from './ingestion.module.js';
import { Ingest } from './input/ingest.js';
import { ingestRoutes } from './input/routes.js';
import { serverOptions } from './input/server.js';
import { serveIngestionApi } from './openapi.js';

/** The ingestion API as a service. */
export const ingestionService: ServiceDefinition<IngestionConfig> = {
  name: 'ingestion-api',
  config: ingestionConfig,
  modules: (config, log) => [IngestionModule.forRoot(config, parserFrom(config), log)],
  server: serverOptions,
  prepare: (app: NestFastifyApplication, config) => {
    ingestRoutes(app.getHttpAdapter().getInstance() as never, app.get(Ingest));
    serveIngestionApi(app, config);
  },
};
