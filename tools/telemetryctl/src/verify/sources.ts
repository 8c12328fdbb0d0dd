import {
  readTopic,
  TOPIC_RESOURCE,
  topicRanges,
  type OnBatch,
  type PartitionRange,
  type ReadOptions,
} from '@iot/kafka';
import type { Mongo } from '@iot/mongo';
import type { Platform } from '../connection/platform.js';
import { useCodecsOfOthers } from './codecs.js';

/** What is verified: the log and the database, as this folder reads them. */
export interface Sources {
  readonly mongo: Pick<Mongo, 'raw' | 'rollups' | 'alerts' | 'devices'>;
  /**
   * Reads a topic once to its end; returns the first offset of each partition that was not read.
   */
  readonly read: (
    topic: string,
    onBatch: OnBatch,
    options?: ReadOptions,
  ) => Promise<Map<number, number>>;
  readonly ranges: (topic: string) => Promise<readonly PartitionRange[]>;
  /**
   * Whether compaction may remove records of a topic. @throws kafkajs's error, also where the right
   * to ask is lacking
   */
  readonly isCompacted: (topic: string) => Promise<boolean>;
}

/**
 * Reads by kafkajs's own decoder, and by codecs of others: what the workers read with is among what
 * is checked.
 */
export const sourcesOf = ({ kafka, admin, mongo }: Platform): Sources => {
  useCodecsOfOthers();
  return {
    mongo,
    read: (topic, onBatch, options) =>
      readTopic(kafka, topic, onBatch, { ...options, byTheLibrary: true }),
    ranges: (topic) => topicRanges(admin, topic),
    isCompacted: async (topic) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: TOPIC_RESOURCE, name: topic, configNames: ['cleanup.policy'] }],
      });
      return resources[0]?.configEntries[0]?.configValue.includes('compact') ?? false;
    },
  };
};
