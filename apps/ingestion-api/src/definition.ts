import type { Server } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parserFrom, ReadingParser } from '@iot/common/telemetry';
import type { ServiceDefinition } from '@iot/common/service';
import { ingestionConfig, type IngestionConfig } from './config.js';
import { IngestionModule } from './ingestion.module.js';
import { Cors } from './input/cors.js';
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
    (app.getHttpServer() as Server).maxConnections = config.MAX_CONNECTIONS;
    ingestRoutes(app.getHttpAdapter().getInstance() as never, app.get(Ingest), new Cors(config.CORS_ORIGINS));
    serveIngestionApi(app, config, app.get(ReadingParser).dto);
  },
};
