import { ensureTopics, platformTopics } from '@iot/common/kafka';
import { ensureIndexes } from '@iot/common/mongo';
import type { Platform } from '../connection/platform.js';

/** What the services need and would create at their start. */
export interface Prepared {
  /** Names of the topics that were missing. */
  readonly created: string[];
  /** Those that were there, and stay as they are. */
  readonly existing: string[];
}

/** The alerts worker keeps order by waiting: one retry topic, for what others put back to it. */
const ALERTS_RETRIES = 1;

/**
 * Creates the topics that are missing, with the partitions and retention that the services give them, and the indexes of the database.
 * Safe to run at any time, and beside working services.
 */
export async function prepare({ admin, mongo, config }: Platform): Promise<Prepared> {
  const { AGGREGATOR_GROUP, ALERTS_GROUP, MAX_RETRIES, RAW_RETENTION_DAYS } = config;
  const wanted = [
    ...platformTopics(config, { name: AGGREGATOR_GROUP, maxRetries: MAX_RETRIES }),
    ...platformTopics(config, { name: ALERTS_GROUP, maxRetries: Math.min(ALERTS_RETRIES, MAX_RETRIES) }),
  ];
  const topics = [...new Map(wanted.map((topic) => [topic.topic, topic])).values()];
  const before = new Set(await admin.listTopics());
  await ensureTopics(admin, topics);
  await ensureIndexes(mongo, RAW_RETENTION_DAYS);
  const names = topics.map(({ topic }) => topic);
  return { created: names.filter((name) => !before.has(name)), existing: names.filter((name) => before.has(name)) };
}
