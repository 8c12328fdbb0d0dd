import { readFileSync } from 'node:fs';
import type { FastifyServerOptions } from 'fastify';
import { ConfigError } from '@iot/common/config';
import { serverOptions } from '@iot/common/service';
import type { IngestionConfig } from '../config.js';

/** TLS where it is configured. */
export function tlsOptions(config: IngestionConfig): FastifyServerOptions {
  if (config.TLS_CERT_FILE === '') return {};
  const { http, ...options } = serverOptions(config) as { http?: object };
  const tls = { cert: pem('TLS_CERT_FILE', config.TLS_CERT_FILE), key: pem('TLS_KEY_FILE', config.TLS_KEY_FILE) };
  return { ...options, http: undefined, https: { ...http, ...tls } } as unknown as FastifyServerOptions;
}

function pem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${name} is "${path}"; it cannot be read: ${(error as Error).message}`);
  }
}
