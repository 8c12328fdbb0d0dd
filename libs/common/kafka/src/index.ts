export { aboutRecord, traceIds, type TraceIds } from './about-record.js';
export {
  TELEMETRY_BATCHES,
  type BatchHandler,
  type BatchOutcome,
  type RecordBatch,
} from './batch.js';
export {
  BatchConsumer,
  type AssignmentListener,
  type BatchConsumerOptions,
  type EndListener,
  type HandledListener,
  type LeaveListener,
} from './batch-consumer.js';
export { handleBisecting } from './bisect.js';
export { createKafka, type KafkaEnv } from './client.js';
export { cutBytes, deadLetterHeaders, retryDelayMs, type RecordFailure } from './failure.js';
export {
  asMessage,
  dueAt,
  FailureRouter,
  RETRY_DUE_HEADER,
  type RoutingOptions,
} from './failure-router.js';
export { onceLed } from './leaders.js';
export { giveTheLibraryCodecs, type Inflate } from './library-decoding.js';
export {
  READER_GROUPS,
  readTopic,
  topicRanges,
  type OnBatch,
  type PartitionRange,
  type OffsetGap,
  type ReadBatch,
  type ReadOptions,
} from './read-topic.js';
export {
  receivedAt,
  consumedRecord,
  DLQ_HEADER,
  INTAKE_STAGE,
  isOurHeader,
  producedHeaders,
  REDRIVE_COUNT_HEADER,
  SET_ASIDE_HEADER,
  type ConsumedRecord,
} from './record.js';
export {
  headersOf,
  headerText,
  withHeaders,
  type RecordHeader,
  type RecordHeaders,
} from './headers.js';
export { headerListOf, UnreadableBatch } from './fetched-message.js';
export {
  asMissingRight,
  MissingRight,
  refusedResource,
  withRights,
  type Resource,
  type Right,
} from './rights.js';
export { GroupOwnership, type OwnershipOptions } from './group-ownership.js';
export { isRefusal } from './refusal.js';
export { keyPartitioner } from './partitioner.js';
export { topicSettings } from './topic-settings.js';
export { TopicTable, type TopicTableOptions } from './topic-table.js';
export { RethrowFilter } from './rethrow.js';
export { Sends, sendSpan, type TraceHeaders } from './sends.js';
export { ensureTopics, platformTopics, retryTopic, retryTopics, TOPIC_RESOURCE } from './topics.js';
export {
  CompressionTypes,
  type Admin,
  type Consumer,
  type ITopicConfig as TopicSettings,
  type Kafka,
  type Producer,
} from 'kafkajs';
export {
  GroupCommitProducer,
  NotProduced,
  type GroupCommitListener,
  type GroupCommitOptions,
  type OutgoingRecord,
} from './group-commit-producer.js';
export { workerConsumer, type WorkerConfig } from './worker-consumer.js';
