import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumersOf, SERVICES as ALL, type ServiceName } from '@iot/register';
import {
  freePorts,
  serviceProcess,
  startKafka,
  startMongo,
  startMqtt,
  type KafkaHandle,
  type MongoHandle,
  type MqttHandle,
  type ServiceHandle,
} from '@iot/local-stack';
import { MongoClient, type Db } from 'mongodb';

export type { ServiceName };

/** Names of all that runs. */
export const SERVICES = ALL.map(({ name }) => name);
/** Those of what consumes readings. */
export const WORKERS = consumersOf('TELEMETRY_TOPIC').map(({ name }) => name);

/** The whole platform as processes, on free ports, with data that survives a kill. */
export interface Platform {
  readonly kafka: KafkaHandle;
  readonly mongo: MongoHandle;
  readonly mqtt: MqttHandle;
  readonly services: Record<ServiceName, ServiceHandle>;
  readonly db: Db;
  /** Environment of the services: for tools and for more instances. */
  readonly env: Readonly<Record<string, string>>;
  readonly dataDir: string;
  stop(): Promise<void>;
}

/** Starts the backends and the built services, and waits until every one of them is ready. */
export async function startPlatform(
  extraEnv: Readonly<Record<string, string>> = {},
  options: {
    readonly inMemory?: boolean;
    /** Mosquitto as the MQTT broker, in place of the embedded one. */
    readonly mosquitto?: boolean;
    /** Passwords of the users that Kafka knows, by name. */
    readonly users?: Readonly<Record<string, string>>;
    /** Those that are started; the others can be. Absent: all. */
    readonly only?: readonly ServiceName[];
    /** Done before the services start. */
    readonly prepare?: (kafka: KafkaHandle) => Promise<void>;
  } = {},
): Promise<Platform> {
  const dataDir = await mkdtemp(join(tmpdir(), 'iot-e2e-'));
  const [kafka, mongo, mqtt] = await Promise.all([
    startKafka({
      dataDir: join(dataDir, 'kafka'),
      ...(options.users && { users: options.users }),
    }),
    startMongo(options.inMemory ? { inMemory: true } : { dataDir: join(dataDir, 'mongo') }),
    startMqtt({ dataDir: join(dataDir, 'mqtt'), embedded: !options.mosquitto }),
  ]);
  const env = {
    KAFKA_BOOTSTRAP_SERVERS: kafka.authorizedBootstrap || kafka.bootstrap,
    MONGO_URL: mongo.url,
    MONGO_DB: 'iotdb',
    MQTT_URL: mqtt.url,
    LOG_LEVEL: 'info',
    SESSION_TIMEOUT_MS: '6000',
    ...extraEnv,
  };
  const ports = await freePorts(SERVICES.length);
  const services = Object.fromEntries(
    SERVICES.map((name, i) => [
      name,
      serviceProcess({ name, port: ports[i]!, env, logFile: join(dataDir, `${name}.log`) }),
    ]),
  ) as Record<ServiceName, ServiceHandle>;
  const client = new MongoClient(mongo.url);
  const stop = async (): Promise<void> => {
    await Promise.all(Object.values(services).map((service) => service.stop()));
    await client.close();
    await Promise.all([kafka.stop(), mongo.stop(), mqtt.stop()]);
    if (!process.env['KEEP_E2E_DATA']) await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await options.prepare?.(kafka);
    const started = options.only ?? SERVICES;
    await Promise.all(started.map((name) => services[name].process.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { kafka, mongo, mqtt, services, db: client.db('iotdb'), env, dataDir, stop };
}

/**
 * Asks until the answer is true, at most `timeoutMs`. @throws with `what` and the last value when
 * it never is
 */
export async function eventually(
  what: string,
  ask: () => Promise<unknown>,
  timeoutMs = 90_000,
): Promise<void> {
  const until = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < until) {
    last = await ask().catch((error: unknown) => error);
    if (last === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(
    `${what}: not within ${timeoutMs} ms; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`,
  );
}
