export { Mongo, type MongoConfig } from './client.js';
export type { AlertDocument, AlertStateDocument, AlertType, DeviceDocument, RawDocument, RollupDocument, Severity } from './documents.js';
export { DUPLICATE_KEY, duplicateKeyIndexes, isStoreUnwell, writeFailures } from './errors.js';
export { ensureIndexes } from './indexes.js';
export { MongoBulkWriteError } from 'mongodb';
