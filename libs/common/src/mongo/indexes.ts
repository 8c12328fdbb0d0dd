import type { Mongo } from './client.js';

const DAY_S = 86_400;

/**
 * Creates the indexes that are missing and moves the TTL of raw readings when the configuration changed it. Safe to run by several
 * processes at once. Rollup rows carry their own end in `expire_at`, as each window size is kept for a time of its own.
 * @throws the driver's error
 */
export async function ensureIndexes(mongo: Mongo, rawRetentionDays: number): Promise<void> {
  await mongo.raw.createIndex({ device_id: 1, ts: -1 });
  await ensureTtl(mongo, 'telemetry_raw', { ts: 1 }, rawRetentionDays * DAY_S);
  await mongo.rollups.createIndex({ device_id: 1, timestamp: -1 });
  await mongo.rollups.createIndex({ timestamp: -1, _id: -1 });
  await ensureTtl(mongo, 'aggregated_data', { expire_at: 1 }, 0);
  await mongo.alerts.createIndex({ created_at: -1 });
  await mongo.alerts.createIndex({ timestamp: -1, _id: -1 });
  await mongo.alerts.createIndex({ device_id: 1, timestamp: -1 });
  await mongo.alerts.createIndex({ status: 1, timestamp: -1 });
  await mongo.alerts.createIndex({ device_id: 1, status: 1 });
  await mongo.devices.createIndex({ last_seen: -1, _id: -1 });
  await mongo.devices.createIndex({ first_seen: -1, _id: -1 });
}

async function ensureTtl(mongo: Mongo, collection: string, key: Record<string, 1>, expireAfterSeconds: number): Promise<void> {
  try {
    await mongo.db.collection(collection).createIndex(key, { expireAfterSeconds });
  } catch (error) {
    const INDEX_OPTIONS_CONFLICT = 85;
    if ((error as { code?: number }).code !== INDEX_OPTIONS_CONFLICT) throw error;
    await mongo.db.command({ collMod: collection, index: { keyPattern: key, expireAfterSeconds } });
  }
}
