import { readTopic, topicRanges, type OnBatch, type PartitionRange, type ReadOptions } from '@iot/common/kafka';
import type { Mongo } from '@iot/common/mongo';
import type { Platform } from '../connection/platform.js';

/** What is verified: the log and the database, as this folder reads them. */
export interface Sources {
  readonly mongo: Pick<Mongo, 'raw' | 'rollups' | 'alerts'>;
  /** Reads a topic once to its end; returns the first offset of each partition that was not read. */
  readonly read: (topic: string, onBatch: OnBatch, options?: ReadOptions) => Promise<Map<number, number>>;
  readonly ranges: (topic: string) => Promise<readonly PartitionRange[]>;
}

export const sourcesOf = ({ kafka, admin, mongo }: Platform): Sources => ({
  mongo,
  read: (topic, onBatch, options) => readTopic(kafka, topic, onBatch, options),
  ranges: (topic) => topicRanges(admin, topic),
});
