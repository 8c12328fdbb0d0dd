import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Db } from 'mongodb';
import { connects, REGISTER, type ServiceName } from '@iot/register';
import { startMqtt, type MqttHandle, type ServiceHandle } from '@iot/local-stack';
import type { Lab } from './lab.js';

/** Services that work together on a topic and a database of their own. */
export interface Platform {
  readonly topic: string;
  readonly db: Db;
  /** Environment that a further service of it needs. */
  readonly env: Readonly<Record<string, string>>;
  start(...names: ServiceName[]): Promise<void>;
  /** @throws when it was not started */
  service(name: ServiceName): ServiceHandle;
  /** Stops the services; deletes topics and database. */
  stop(): Promise<void>;
}

/** A platform without services yet, whose topic exists. */
export async function preparePlatform(lab: Lab): Promise<Platform> {
  const { url, client } = await lab.mongo();
  const id = randomUUID().slice(0, 8);
  const topic = `bench.${id}`;
  const db = client.db(`bench_${id}`);
  const env = {
    TELEMETRY_TOPIC: topic,
    DLQ_TOPIC: `${topic}.dlq`,
    MONGO_URL: url,
    MONGO_DB: db.databaseName,
    MQTT_JOURNAL_TOPIC: `${topic}.mqtt`,
  };
  const services = new Map<ServiceName, ServiceHandle>();
  let broker: Promise<MqttHandle> | undefined;
  /** What a service connects to that not all do. */
  const besides = async (name: ServiceName): Promise<Record<string, string>> => {
    if (!connects(REGISTER[name], 'mqtt')) return {};
    broker ??= startMqtt({ dataDir: join(lab.folder, `mqtt-${id}`), embedded: true });
    return { MQTT_URL: (await broker).url };
  };
  await lab.createTopic(topic);
  return {
    topic,
    db,
    env,
    start: async (...names) => {
      await Promise.all(
        names.map(async (name) => {
          const group = 'group' in REGISTER[name] ? { CONSUMER_GROUP: `${topic}.${name}` } : {};
          services.set(
            name,
            await lab.start(name, { env: { ...env, ...group, ...(await besides(name)) } }),
          );
        }),
      );
    },
    service: (name) => {
      const service = services.get(name);
      if (!service) throw new Error(`${name} was not started`);
      return service;
    },
    stop: async () => {
      await Promise.all([...services.values()].map((service) => service.stop()));
      await (await broker)?.stop();
      await lab.deleteTopics(topic);
      await db.dropDatabase();
    },
  };
}

/** The consumer group of a worker of the platform. */
export const groupOf = ({ topic }: Platform, worker: ServiceName): string => `${topic}.${worker}`;
