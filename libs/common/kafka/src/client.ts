import { readFileSync } from 'node:fs';
import { Kafka, logLevel, type KafkaConfig, type logCreator, type SASLOptions } from 'kafkajs';
import type { Logger } from 'pino';
import type { kafkaEnv, loadConfig } from '@iot/config';
import { install } from './surgery/install.js';

export type KafkaEnv = ReturnType<typeof loadConfig<typeof kafkaEnv>>;

/**
 * Longest wait for one answer of a broker that is there but hangs; kafkajs's own default is 30 s.
 */
const REQUEST_TIMEOUT_MS = 5000;
const CONNECTION_TIMEOUT_MS = 2000;

/**
 * The only way to a kafkajs client: addresses, TLS and SASL from the environment, its log lines
 * into ours.
 */
export function createKafka(
  env: KafkaEnv,
  clientId: string,
  log: Logger,
  overrides: Partial<KafkaConfig> = {},
): Kafka {
  install(log);
  const file = (path: string): string => readFileSync(path, 'utf8');
  const ssl = !env.KAFKA_SSL
    ? false
    : {
        ...(env.KAFKA_SSL_CA_FILE && { ca: file(env.KAFKA_SSL_CA_FILE) }),
        ...(env.KAFKA_SSL_CERT_FILE && {
          cert: file(env.KAFKA_SSL_CERT_FILE),
          key: file(env.KAFKA_SSL_KEY_FILE),
        }),
      };
  const sasl = env.KAFKA_SASL_MECHANISM
    ? {
        sasl: {
          mechanism: env.KAFKA_SASL_MECHANISM,
          username: env.KAFKA_SASL_USERNAME,
          password: env.KAFKA_SASL_PASSWORD,
        } as SASLOptions,
      }
    : {};
  return new Kafka({
    clientId,
    brokers: [...env.KAFKA_BOOTSTRAP_SERVERS],
    ssl,
    ...sasl,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 5 },
    logLevel: logLevel.INFO,
    logCreator: pinoLogCreator(log),
    ...overrides,
  });
}

/**
 * kafkajs logs as an error what it goes on to retry. What matters is thrown, and logged where it is
 * caught; its own lines are for debugging.
 */
function pinoLogCreator(log: Logger): logCreator {
  const child = log.child({ component: 'kafkajs' });
  return () =>
    ({
      level,
      namespace,
      log: { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields },
    }) => {
      const line = { namespace, ...fields };
      child.debug({ ...line, kafkajsLevel: level }, message);
    };
}
