import type { ITopicConfig } from 'kafkajs';
import type { Logger } from 'pino';
import type { loadConfig, workerEnv } from '@iot/config';
import type { ConsumerMetrics } from '@iot/metrics';
import { BatchConsumer } from './batch-consumer.js';
import { createKafka, type KafkaEnv } from './client.js';

/** What a worker's environment says of its consumption. */
export type WorkerConfig = KafkaEnv &
  ReturnType<typeof loadConfig<ReturnType<typeof workerEnv>>> & {
    readonly PARTITION_CONCURRENCY: number;
  };

/** The consumer of a worker, as its environment says. @param topic see BatchConsumerOptions */
export const workerConsumer = (
  service: string,
  config: WorkerConfig,
  metrics: ConsumerMetrics,
  log: Logger,
  maxRetries = config.MAX_RETRIES,
  topic?: ITopicConfig,
): BatchConsumer =>
  new BatchConsumer({
    kafka: createKafka(config, service, log),
    env: config,
    group: config.CONSUMER_GROUP,
    topic,
    maxRetries,
    retryBaseDelayMs: config.RETRY_BASE_DELAY_MS,
    sessionTimeoutMs: config.SESSION_TIMEOUT_MS,
    fetchMaxBytes: config.FETCH_MAX_BYTES,
    partitionFetchMaxBytes: config.PARTITION_FETCH_MAX_BYTES,
    concurrency: config.PARTITION_CONCURRENCY,
    metrics,
    log,
  });
