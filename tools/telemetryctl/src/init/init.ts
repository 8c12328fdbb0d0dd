import { ensureTopics, platformTopics } from '@iot/kafka';
import { ensureIndexes } from '@iot/mongo';
import { consumersOf, type ConsumerName } from '@iot/register';
import type { Platform } from '../connection/platform.js';

/** What the services need and would create at their start. */
export interface Prepared {
  /** Names of the topics that were missing. */
  readonly created: string[];
  /** Those that were there, and stay as they are. */
  readonly existing: string[];
}

/**
 * Retry topics at most. The alerts worker keeps order by waiting: it has one, for what others put
 * back to it.
 */
const RETRIES: Partial<Record<ConsumerName, number>> = { 'alerts-worker': 1 };

/**
 * Creates the topics that are missing, with the partitions and retention that the services give
 * them, and the indexes of the database. Safe to run at any time, and beside working services.
 */
export async function prepare({ admin, mongo, config }: Platform): Promise<Prepared> {
  const { MAX_RETRIES, RAW_RETENTION_DAYS } = config;
  const wanted = consumersOf('TELEMETRY_TOPIC').flatMap(({ name, group }) =>
    platformTopics(config, {
      name: config[group.variable],
      maxRetries: Math.min(RETRIES[name] ?? Infinity, MAX_RETRIES),
    }),
  );
  const topics = [...new Map(wanted.map((topic) => [topic.topic, topic])).values()];
  const before = new Set(await admin.listTopics());
  await ensureTopics(admin, topics);
  await ensureIndexes(mongo, RAW_RETENTION_DAYS);
  const names = topics.map(({ topic }) => topic);
  return {
    created: names.filter((name) => !before.has(name)),
    existing: names.filter((name) => before.has(name)),
  };
}
