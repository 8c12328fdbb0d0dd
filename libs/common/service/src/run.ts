import 'reflect-metadata';
import type { Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { ConfigError } from '@iot/config';
import { Health } from '@iot/health';
import { kafkaTee, type LogTee, type TeeConfig } from '@iot/logs';
import { instrumentHttp } from '@iot/metrics';
import { activeTracing, startTracing, type TracesConfig, type Tracing } from '@iot/tracing';
import { limitConnections } from './connection-limit.js';
import { secureDocs } from './docs-headers.js';
import type { Refuse } from './foreign-requests.js';
import { httpLimits, serverOptions, type HttpConfig } from './http-limits.js';
import { takeJsonAlone } from './json-bodies.js';
import { createLogger, endWith, nestLogger } from './logger.js';
import { refuseOtherMethods } from './other-methods.js';
import { ProblemFilter } from './problem-filter.js';
import { ServiceModule } from './service.module.js';
import type { ServiceInfo } from './tokens.js';
import { traceRequests } from './traced-requests.js';
import { refuseUnclear } from './unclear-requests.js';

/** The part of a service's configuration that running it needs. */
export interface RunConfig extends HttpConfig {
  readonly PORT: number;
  readonly HOST: string;
  readonly LOG_LEVEL: string;
  readonly SHUTDOWN_DELAY_MS: number;
  readonly SHUTDOWN_GRACE_MS: number;
  /** Empty: `/metrics` asks for none. */
  readonly METRICS_TOKEN?: string;
  /** Empty or absent: lines are on standard output alone; else it is a {@link TeeConfig}. */
  readonly LOGS_TOPIC?: string;
}

/**
 * One service: its name, how it reads its configuration, its module, and what it does to the
 * application before it listens.
 */
export interface ServiceDefinition<C extends RunConfig> {
  readonly name: string;
  readonly config: () => C;
  /** The modules of the service, given its configuration. May throw ConfigError. */
  readonly modules: (config: C, log: Logger) => DynamicModule[];
  readonly prepare?: (app: NestFastifyApplication, config: C, log: Logger) => Promise<void> | void;
  readonly server?: (config: C) => FastifyServerOptions;
  /** Its lines are on standard output alone, as it is the one that reads the others'. */
  readonly noTee?: boolean;
  /** What refuses requests before anything else sees them. */
  readonly foreign?: (config: C) => Refuse | undefined;
}

export const VERSION = process.env['npm_package_version'] ?? '0.1.0';

/** How long the last lines, and the last spans, may take to where they go. */
const LAST_LINES_MS = 1000;

/**
 * Builds the application without listening: for {@link runService} and for tests.
 * @param tee takes the lines of `log`
 */
export async function createService<C extends RunConfig>(
  definition: ServiceDefinition<C>,
  config: C,
  log: Logger,
  tee?: LogTee,
): Promise<NestFastifyApplication> {
  const info: ServiceInfo = { service: definition.name, version: VERSION };
  const root: DynamicModule = {
    module: class Root {},
    imports: [
      ServiceModule.forRoot(info, log, tee, config.METRICS_TOKEN || undefined),
      ...definition.modules(config, log),
    ],
  };
  // What arrives on a connection that was open before the end is answered like any other request.
  const options = {
    logger: false,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    ...serverOptions(config),
    ...definition.server?.(config),
  };
  const adapter = new FastifyAdapter(options as never);
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, {
    logger: nestLogger(log),
    abortOnError: false,
  });
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  instrumentHttp(server, app.get(Registry));
  const tracing = activeTracing();
  if (tracing) traceRequests(server, tracing);
  letClientsGo(server, app.get(Health));
  refuseOtherMethods(server);
  takeJsonAlone(server);
  secureDocs(server);
  const http = app.getHttpServer() as Server;
  const onRequest = limitConnections(http, httpLimits(config).MAX_CONNECTIONS);
  app.useGlobalFilters(new ProblemFilter(log));
  await definition.prepare?.(app, config, log);
  refuseUnclear(http, onRequest, definition.foreign?.(config));
  return app;
}

/**
 * Once readiness is off, every response sends `Connection: close`, so keep-alive clients leave before
 * we stop. They cannot see readiness, and would go on until we cut the connection, perhaps with a
 * request on the way.
 */
function letClientsGo(server: FastifyInstance, health: Health): void {
  server.addHook('onSend', (_request, reply, payload, done) => {
    if (health.stopping) reply.header('connection', 'close');
    done(null, payload);
  });
}

/**
 * Runs a service until SIGTERM or SIGINT: then readiness off, a pause for load balancers, work
 * finished, connections closed, exit 0. A bad configuration ends the process with code 78 and a
 * line for each bad variable.
 */
export async function runService<C extends RunConfig>(
  definition: ServiceDefinition<C>,
): Promise<void> {
  let config: C | undefined;
  try {
    config = definition.config();
    const tee = teeOf(definition, config, () => log);
    const log = createLogger(definition.name, config.LOG_LEVEL, tee?.write);
    const tracing = await startTracing(
      definition.name,
      VERSION,
      config as unknown as TracesConfig,
      log,
    );
    const app = await createService(definition, config, log, tee);
    endOnSignal(app, config, log, [tee, tracing]);
    await app.startAllMicroservices();
    await app.listen(config.PORT, config.HOST);
    log.info({ address: await app.getUrl(), version: VERSION, node: process.version }, 'listening');
  } catch (error) {
    const EX_CONFIG = 78;
    const line =
      error instanceof ConfigError
        ? error.message
        : listenProblem(error as NodeJS.ErrnoException, config);
    process.stderr.write(
      `${definition.name} cannot start: ${line ?? (error as Error).stack ?? String(error)}\n`,
    );
    process.exit(line === undefined ? 1 : EX_CONFIG);
  }
}

const teeOf = <C extends RunConfig>(
  { name, noTee }: ServiceDefinition<C>,
  config: C,
  log: () => Logger,
): LogTee | undefined =>
  noTee || !config.LOGS_TOPIC
    ? undefined
    : kafkaTee(name, VERSION, config as unknown as TeeConfig, log);

/**
 * The line about an address that cannot be listened on; undefined where the error is another one.
 */
export function listenProblem(
  error: NodeJS.ErrnoException,
  config: Pick<RunConfig, 'PORT' | 'HOST'> | undefined,
): string | undefined {
  if (config === undefined || !['listen', 'bind', 'getaddrinfo'].includes(error.syscall ?? ''))
    return undefined;
  if (error.code === 'EADDRINUSE')
    return `PORT is ${config.PORT}; allowed: a free port (${error.message})`;
  if (error.code === 'EACCES')
    return `PORT is ${config.PORT}; allowed: a port that this process may listen on (${error.message})`;
  return `HOST is ${JSON.stringify(config.HOST)}; allowed: an address of this machine (${error.message})`;
}

function endOnSignal(
  app: NestFastifyApplication,
  config: RunConfig,
  log: Logger,
  senders: readonly (Pick<LogTee | Tracing, 'close'> | undefined)[],
): void {
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    log.info({ signal }, 'shutting down');
    app.get(Health).stop();
    setTimeout(() => {
      void endWith('work did not finish in time; ending anyway', log, 1);
    }, config.SHUTDOWN_DELAY_MS + config.SHUTDOWN_GRACE_MS).unref();
    await delay(config.SHUTDOWN_DELAY_MS);
    await app.close();
    await Promise.all(senders.map(async (sender) => sender?.close(LAST_LINES_MS)));
    await endWith('ended', log, 0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void end(signal));
}
