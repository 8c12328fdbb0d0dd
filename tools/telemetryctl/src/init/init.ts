import { ensureTopics } from '@iot/kafka';
import { ensureIndexes } from '@iot/mongo';
import type { Platform } from '../connection/platform.js';
import { wantedTopics } from './wanted-topics.js';

/** What the services need and would create at their start. */
export interface Prepared {
  /** Names of the topics that were missing. */
  readonly created: string[];
  /** Those that were there, and stay as they are. */
  readonly existing: string[];
}

/**
 * Creates the topics that are missing, with the partitions and retention that the services give
 * them, and the indexes of the database. Safe to run at any time, and beside working services.
 */
export async function prepare({ admin, mongo, config }: Platform): Promise<Prepared> {
  const topics = wantedTopics(config);
  const before = new Set(await admin.listTopics());
  await ensureTopics(admin, topics);
  await ensureIndexes(mongo, config.RAW_RETENTION_DAYS);
  const names = topics.map(({ topic }) => topic);
  return {
    created: names.filter((name) => !before.has(name)),
    existing: names.filter((name) => before.has(name)),
  };
}
