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
export { DUPLICATE_KEY, duplicateKeyIndexes, isStoreUnwell, writeFailures } from './errors.js';
export { ensureIndexes } from './indexes.js';
export { MongoBulkWriteError } from 'mongodb';
