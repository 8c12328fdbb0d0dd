import { readFileSync } from 'node:fs';
import type { FastifyServerOptions } from 'fastify';
import { serverOptions } from '@iot/service';
import type { IngestionConfig } from '../config.js';

/** TLS where it is configured. */
export function tlsOptions(config: IngestionConfig): FastifyServerOptions {
  if (config.TLS_CERT_FILE === '') return {};
  const { http, ...options } = serverOptions(config) as { http?: object };
  const tls = { cert: readFileSync(config.TLS_CERT_FILE), key: readFileSync(config.TLS_KEY_FILE) };
  return {
    ...options,
    http: undefined,
    https: { ...http, ...tls },
  } as unknown as FastifyServerOptions;
}
