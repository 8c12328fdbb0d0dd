export { fieldName, fieldNames, type BsonWriter, type FieldName } from './bson-writer.js';
export { Mongo, type MongoConfig } from './client.js';
export type {
  AttemptsDocument,
  AuditDocument,
  ServiceTokenDocument,
  ProvidedIdentity,
  SessionDocument,
  StoredSecret,
  UserDocument,
} from './account-documents.js';
export { PROTOCOL_READ, PROTOCOL_WRITE } from './concerns.js';
export { FIXED_RAW_FIELDS } from './documents.js';
export type {
  ActiveAlertState,
  AlertDocument,
  AlertProgressDocument,
  AlertRuleDocument,
  AlertStateDocument,
  AlertStatus,
  AlertType,
  DeviceDocument,
  FactsDocument,
  MuteDocument,
  RawDocument,
  RollupDocument,
  SensorAlertState,
  Severity,
  SizeFactsDocument,
} from './documents.js';
export type {
  LogicHeadDocument,
  LogicRevisionDocument,
  LogicVersionDocument,
  MachineErrorDocument,
  MachineHoldDocument,
  MachineStateDocument,
} from './machine-documents.js';
export {
  NEVER,
  type ConfiguredBy,
  type ConfiguredDocument,
  type GroupedAlertDocument,
  type NotificationDocument,
  type NotificationGroupDocument,
  type NotificationStatus,
  type OutboxEntry,
  type ReceiverDocument,
  type ReceiverKind,
  type ReceiverRateDocument,
  type RouteDocument,
  type RouteMatch,
  type ToldAlert,
} from './notification-documents.js';
export type { LogDocument } from './log-documents.js';
export { distinctValues } from './distinct-values.js';
export { EncodedBatch, type Guarded } from './encoded-writes.js';
export { writeFields } from './written-fields.js';
export {
  DUPLICATE_KEY,
  duplicateIndexes,
  duplicateKeyIndexes,
  isDocumentFault,
  isDatabaseUnavailable,
  StoreRefusal,
  type WriteFailure,
} from './errors.js';
export { planOf, type IndexKey, type IndexPlan } from './index-plan.js';
export {
  ensureAccountIndexes,
  ensureIndexes,
  ensureLogIndexes,
  ensureNotificationIndexes,
  INDEXES,
  isNotPermitted,
  rawRetention,
  setRawRetention,
} from './indexes.js';
export { MongoBulkWriteError, MongoServerError } from 'mongodb';
export { drawFirstVersion } from './version.js';
export { MongoLifecycle } from './mongo-lifecycle.js';
export type { Collection, Db, Document, Filter, FindCursor } from 'mongodb';
