export { fieldName, fieldNames, type BsonWriter, type FieldName } from './bson-writer.js';
export { Mongo, type MongoConfig } from './client.js';
export type {
  ActiveAlertState,
  AlertDocument,
  AlertStateDocument,
  AlertType,
  DeviceDocument,
  RawDocument,
  RollupDocument,
  SensorAlertState,
  Severity,
} from './documents.js';
export { EncodedBatch } from './encoded-writes.js';
export { DUPLICATE_KEY, duplicateIndexes, duplicateKeyIndexes, isStoreUnwell, type WriteFailure } from './errors.js';
export { ensureIndexes } from './indexes.js';
export { MongoBulkWriteError } from 'mongodb';
