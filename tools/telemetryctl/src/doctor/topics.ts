import { onceLed, topicRanges, topicSettings } from '@iot/kafka';
import type { Platform } from '../connection/platform.js';
import { wantedTopics } from '../init/wanted-topics.js';
import { producerClocks } from './core/clock-findings.js';
import type { Finding } from './core/finding.js';
import {
  maxBytesOf,
  retentionOf,
  topicFindings,
  type ActualTopic,
  type WantedTopic,
} from './core/topic-findings.js';

const SETTINGS = [
  'retention.ms',
  'cleanup.policy',
  'min.insync.replicas',
  'message.timestamp.type',
  'compression.type',
  'max.message.bytes',
];

/** Compares the topics that there are with those that the platform would create. */
export async function checkTopics(platform: Platform): Promise<Finding[]> {
  const { admin, config } = platform;
  const wanted = wantedTopics(config).map(
    ({ topic, numPartitions, replicationFactor }): WantedTopic => ({
      topic,
      partitions: numPartitions ?? 1,
      replication: replicationFactor ?? -1,
      role:
        topic === config.TELEMETRY_TOPIC
          ? 'telemetry'
          : topic === config.DLQ_TOPIC
            ? 'dead letters'
            : topic === config.ALERTS_TOPIC
              ? 'alerts'
              : topic === config.RESULTS_TOPIC
                ? 'results'
                : topic === config.LOGS_TOPIC
                  ? 'logs'
                  : 'retry',
    }),
  );
  const listed = await admin.listTopics();
  const actual = await describeTopics(
    platform,
    wanted.map(({ topic }) => topic).filter((topic) => listed.includes(topic)),
  );
  const { brokers } = await admin.describeCluster();
  const telemetry = actual.get(config.TELEMETRY_TOPIC) ?? { settings: {} };
  const around = {
    brokers: brokers.length,
    rawRetentionDays: config.RAW_RETENTION_DAYS,
    telemetryRetentionMs: retentionOf(telemetry),
    deadLetterRetentionMs: retentionOf(actual.get(config.DLQ_TOPIC) ?? { settings: {} }),
    telemetryMaxBytes: maxBytesOf(telemetry),
  };
  return wanted.flatMap((topic) => topicFindings(topic, actual.get(topic.topic), around));
}

async function describeTopics(
  { admin }: Platform,
  names: string[],
): Promise<Map<string, ActualTopic>> {
  if (names.length === 0) return new Map();
  const { topics } = await admin.fetchTopicMetadata({ topics: names });
  const settings = await topicSettings(admin, names, SETTINGS);
  return new Map(
    topics.map(({ name, partitions }) => [
      name,
      {
        partitions: partitions.length,
        replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
        settings: settings.get(name) ?? {},
      },
    ]),
  );
}

/** Looks for records whose time is further ahead than a reading's may be. */
export async function checkProducerClocks({ admin, config }: Platform): Promise<Finding[]> {
  const { TELEMETRY_TOPIC: topic, MAX_FUTURE_SKEW_MS } = config;
  if (!(await admin.listTopics()).includes(topic)) return [];
  const at = Date.now() + MAX_FUTURE_SKEW_MS;
  const first = await onceLed(() => admin.fetchTopicOffsetsByTimestamp(topic, at));
  // Where there is none, kafkajs answers with the end.
  const ends = new Map((await topicRanges(admin, topic)).map((it) => [it.partition, it.end]));
  const ahead = first
    .filter(({ partition, offset }) => Number(offset) < (ends.get(partition) ?? 0))
    .map(({ partition }) => partition);
  return [producerClocks(topic, ahead)];
}
