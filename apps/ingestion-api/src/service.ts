import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ReadingParser } from '@iot/telemetry';
import { observeHttp, Registry } from '@iot/metrics';
import { refuseForeign, type ServiceDefinition } from '@iot/service';
import { activeTracing } from '@iot/tracing';
import { ingestionConfig, type IngestionConfig } from './config.js';
import { IngestionModule, ROUTES } from './ingestion.module.js';
import { Guard } from './input/guard.js';
import { Cors } from './input/cors.js';
import { openDoor, type Routes } from './input/door.js';
import { Receiver } from './input/receiver.js';
import { requestTraces } from './input/request-trace.js';
import { tlsOptions } from './input/server.js';
import { serveIngestionApi } from './openapi.js';

/** The share of 503 is alerted on, and it is to be seen from the first one. */
const answersOf = (routes: Routes) =>
  [...routes.keys()].flatMap((route) =>
    ['202', '503'].map((status) => ({ method: 'POST', route, status })),
  );

/** The ingestion API as a service. */
export const service: ServiceDefinition<IngestionConfig> = {
  name: 'ingestion-api',
  config: ingestionConfig,
  modules: (config, log) => [IngestionModule.forRoot(config, log)],
  server: tlsOptions,
  foreign: refuseForeign,
  prepare: (app: NestFastifyApplication, config) => {
    const routes = app.get<Routes>(ROUTES);
    const tracing = activeTracing();
    openDoor(app.getHttpServer() as Server, {
      routes,
      receiver: app.get(Receiver),
      guard: app.get(Guard),
      cors: new Cors(config.CORS_ORIGINS),
      observe: observeHttp(app.get(Registry), answersOf(routes)),
      traces: tracing && requestTraces(tracing, config.TELEMETRY_TOPIC),
    });
    serveIngestionApi(app, config, app.get(ReadingParser).dto);
  },
};
