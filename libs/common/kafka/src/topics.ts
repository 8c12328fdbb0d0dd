import type { Admin, ITopicConfig } from 'kafkajs';
import { sleep } from '@iot/resilience';
import type { KafkaEnv } from './client.js';

const DAY_MS = 86_400_000;
const TIMESTAMP_TYPE = 'message.timestamp.type';
/** Kafka's number for a topic among its resource types. */
export const TOPIC_RESOURCE = 2;

/** Retry topic number `n`, from 1, of a consumer group. */
export const retryTopic = (topic: string, group: string, n: number): string =>
  `${topic}.${group}.retry.${n}`;

/** All retry topics of a group, shortest delay first. */
export const retryTopics = (topic: string, group: string, maxRetries: number): string[] =>
  Array.from({ length: maxRetries }, (_, i) => retryTopic(topic, group, i + 1));

const RETRY_NUMBER = /^[1-9]\d{0,2}$/;

/**
 * The retry topics that a group consumes, each with its number: those up to `maxRetries`, and of
 * those that exist the ones beyond, which a lower MAX_RETRIES uses no more while records may wait
 * there.
 */
export function retryTopicsOf(
  existing: readonly string[],
  topic: string,
  group: string,
  maxRetries: number,
): ReadonlyMap<string, number> {
  const prefix = retryTopic(topic, group, 0).slice(0, -1);
  const found = existing
    .filter((name) => name.startsWith(prefix) && RETRY_NUMBER.test(name.slice(prefix.length)))
    .map((name): [string, number] => [name, Number(name.slice(prefix.length))]);
  const used = retryTopics(topic, group, maxRetries).map((name, i): [string, number] => [
    name,
    i + 1,
  ]);
  return new Map([...used, ...found]);
}

/** Few: what passes there is rare. */
const RETRY_PARTITIONS = 3;
const DLQ_PARTITIONS = 3;

/**
 * Beyond that of the dead letters: a record that is redriven keeps its time of arrival, and
 * retention counts from there.
 */
const RETRY_DAYS = 60;
/** A record at the broker's limit of 1 MiB must still fit when headers are added. */
const ROOM_FOR_HEADERS = { name: 'max.message.bytes', value: String(2 * 1024 * 1024) };

/**
 * The telemetry and dead-letter topics, and the retry topics of the given group.
 * @param consumed stands in the place of the telemetry topic
 */
export function platformTopics(
  env: KafkaEnv,
  group?: { name: string; maxRetries: number },
  consumed?: ITopicConfig,
): ITopicConfig[] {
  const topic = (
    name: string,
    numPartitions: number,
    days: number,
    ...more: { name: string; value: string }[]
  ): ITopicConfig => ({
    topic: name,
    numPartitions,
    replicationFactor: env.KAFKA_REPLICATION_FACTOR,
    configEntries: [
      { name: 'retention.ms', value: String(days * DAY_MS) },
      { name: 'cleanup.policy', value: 'delete' },
      // A record's time is when it arrived, and stays that over every hop; a broker may have
      // another default.
      { name: TIMESTAMP_TYPE, value: 'CreateTime' },
      ...more,
    ],
  });
  return [
    consumed ?? topic(env.TELEMETRY_TOPIC, env.TELEMETRY_PARTITIONS, 7),
    topic(env.DLQ_TOPIC, DLQ_PARTITIONS, 30, ROOM_FOR_HEADERS),
    ...(group
      ? retryTopics(env.TELEMETRY_TOPIC, group.name, group.maxRetries).map((name) =>
          topic(name, RETRY_PARTITIONS, RETRY_DAYS, ROOM_FOR_HEADERS),
        )
      : []),
  ];
}

const LEADERS_POLLS = 50;
const LEADERS_POLL_MS = 200;

/**
 * Creates the topics that do not exist, and waits until each can be used; one that another process
 * creates at the same moment is fine. Existing ones are left as they are.
 * @throws when a created topic has no leaders after 10 s
 */
export async function ensureTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter(({ topic }) => !existing.has(topic));
  if (missing.length === 0) return;
  await admin.createTopics({ topics: missing, waitForLeaders: false, timeout: 5000 });
  const names = missing.map(({ topic }) => topic);
  for (let poll = 0; poll < LEADERS_POLLS; poll++) {
    if (await haveLeaders(admin, names)) return;
    await sleep(LEADERS_POLL_MS);
  }
  throw new Error(`the topics ${names.join(', ')} were created and have no leaders yet`);
}

async function haveLeaders(admin: Admin, names: string[]): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    return topics.every(
      ({ partitions }) => partitions.length > 0 && partitions.every(({ leader }) => leader >= 0),
    );
  } catch {
    return false;
  }
}

/** Those of the topics whose records get the broker's time in place of their own. */
export async function topicsWithAppendTime(
  admin: Admin,
  names: readonly string[],
): Promise<string[]> {
  const resources = names.map((name) => ({
    type: TOPIC_RESOURCE,
    name,
    configNames: [TIMESTAMP_TYPE],
  }));
  const described = await admin.describeConfigs({ includeSynonyms: false, resources });
  return described.resources
    .filter(({ configEntries }) =>
      configEntries.some(({ configValue }) => configValue === 'LogAppendTime'),
    )
    .map(({ resourceName }) => resourceName);
}
