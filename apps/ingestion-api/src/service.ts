import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ReadingParser } from '@iot/telemetry';
import { observeHttp, Registry } from '@iot/metrics';
import type { ServiceDefinition } from '@iot/service';
import { ingestionConfig, type IngestionConfig } from './config.js';
import { IngestionModule } from './ingestion.module.js';
import { Cors } from './input/cors.js';
import { Ingest } from './input/ingest.js';
import { ingestRoutes } from './input/routes.js';
import { tlsOptions } from './input/server.js';
import { shortPath } from './input/short-path.js';
import { serveIngestionApi } from './openapi.js';

/** The share of 503 is alerted on, and it is to be seen from the first one. */
const ANSWERS = ['/ingest', '/ingest/batch'].flatMap((route) =>
  ['202', '503'].map((status) => ({ method: 'POST', route, status })),
);

/** The ingestion API as a service. */
export const service: ServiceDefinition<IngestionConfig> = {
  name: 'ingestion-api',
  config: ingestionConfig,
  modules: (config, log) => [IngestionModule.forRoot(config, log)],
  server: tlsOptions,
  prepare: (app: NestFastifyApplication, config) => {
    const server = app.getHttpServer() as Server;
    const ingest = app.get(Ingest);
    const cors = new Cors(config.CORS_ORIGINS);
    shortPath(server, ingest, cors, observeHttp(app.get(Registry), ANSWERS));
    ingestRoutes(app.getHttpAdapter().getInstance() as never, ingest, cors);
    serveIngestionApi(app, config, app.get(ReadingParser).dto);
  },
};
