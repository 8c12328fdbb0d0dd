import { createKafka, type Admin, type Kafka } from '@iot/kafka';
import { Mongo } from '@iot/mongo';
import { createLogger } from '@iot/service';
import { CommandError, EXIT } from '../exit.js';
import type { Config } from './config.js';
import { tellingAdmin } from './telling-admin.js';

/** Long reads of a large database take their time; whether it answers at all is asked first. */
const READ_TIMEOUT_MS = 120_000;

/** Kafka and, where a command needs it, MongoDB: both known to answer. */
export interface Platform {
  readonly config: Config;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly mongo: Mongo;
  close(): Promise<void>;
}

/** What a command needs to answer. */
export interface Needs {
  readonly mongo: boolean;
  /** Without: it does. */
  readonly kafka?: boolean;
}

/** @throws CommandError with exit code 3 and what to set when one of them does not answer */
export async function connect(config: Config, needs: Needs): Promise<Platform> {
  const kafka = createKafka(config, 'telemetryctl', createLogger('telemetryctl', 'silent'), {
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 4 },
  });
  const admin = tellingAdmin(kafka.admin(), [config.TELEMETRY_TOPIC, config.DLQ_TOPIC]);
  const mongo = new Mongo({ ...config, MONGO_TIMEOUT_MS: READ_TIMEOUT_MS }, 'telemetryctl');
  const close = async (): Promise<void> => {
    await Promise.allSettled([admin.disconnect(), mongo.close()]);
  };
  try {
    if (needs.kafka !== false)
      await admin.connect().catch((error: Error) => {
        throw unreachable(
          'Kafka',
          config.KAFKA_BOOTSTRAP_SERVERS.join(','),
          error,
          'KAFKA_BOOTSTRAP_SERVERS or --brokers',
        );
      });
    if (needs.mongo) await ping(config);
    return { config, kafka, admin, mongo, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** With the short time-outs that the read's own client does not have. */
async function ping(config: Config): Promise<void> {
  const mongo = new Mongo(config, 'telemetryctl');
  try {
    await mongo.ping();
  } catch (error) {
    throw unreachable(
      'MongoDB',
      withoutPassword(config.MONGO_URL),
      error as Error,
      'MONGO_URL or --mongo-url',
    );
  } finally {
    await mongo.close();
  }
}

const unreachable = (what: string, where: string, error: Error, set: string): CommandError => {
  const [line] = error.message.split('\n');
  const refused = error.name === 'KafkaJSSASLAuthenticationError';
  return new CommandError(
    refused
      ? `${what} at ${where} refuses the log-in: ${line}; set KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD`
      : `${what} at ${where} does not answer: ${line}; set ${set}`,
    EXIT.unreachable,
  );
};

const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//…@');
