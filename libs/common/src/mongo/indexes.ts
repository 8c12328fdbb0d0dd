import type { Mongo } from './client.js';

const DAY_S = 86_400;

/**
 * Creates the indexes that are missing. Safe to run by several processes at once. An index that removes raw readings is left as it is: only
 * who keeps the facts of the database may change it ({@link setRawRetention}). Rollup rows carry their own end in `expire_at`, as each window
 * size is kept for a time of its own.
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

/** An index of the same name or key exists with other options. */
const INDEX_OPTIONS_CONFLICT = 85;

async function ensureTtl(mongo: Mongo, collection: string, key: Record<string, 1>, expireAfterSeconds: number): Promise<void> {
  try {
    await mongo.db.collection(collection).createIndex(key, { expireAfterSeconds });
  } catch (error) {
    if ((error as { code?: number }).code !== INDEX_OPTIONS_CONFLICT) throw error;
  }
}

/** After how many seconds the database removes a raw reading: what its index says. Undefined: it removes none. @throws the driver's error */
export async function rawRetention({ raw }: Pick<Mongo, 'raw'>): Promise<number | undefined> {
  try {
    const indexes = await raw.indexes();
    return indexes.find(({ key }) => Object.keys(key).join() === 'ts')?.expireAfterSeconds;
  } catch (error) {
    const NAMESPACE_NOT_FOUND = 26;
    if ((error as { code?: number }).code === NAMESPACE_NOT_FOUND) return undefined;
    throw error;
  }
}

/**
 * Has the database remove raw readings after so many seconds. Takes the right `collMod`, where the index is there with another time.
 * @throws the driver's error
 */
export async function setRawRetention({ db, raw }: Pick<Mongo, 'db' | 'raw'>, expireAfterSeconds: number): Promise<void> {
  try {
    await raw.createIndex({ ts: 1 }, { expireAfterSeconds });
  } catch (error) {
    if ((error as { code?: number }).code !== INDEX_OPTIONS_CONFLICT) throw error;
    await db.command({ collMod: raw.collectionName, index: { keyPattern: { ts: 1 }, expireAfterSeconds } });
  }
}

/** Whether the database refuses something because its user lacks a right. */
export const isNotPermitted = (error: unknown): boolean => {
  const UNAUTHORIZED = 13;
  return (error as { code?: number }).code === UNAUTHORIZED;
};
