import type { Collection, Db } from 'mongodb';
import type { Mongo } from './client.js';
import type { IndexKey } from './index-plan.js';

const DAY_S = 86_400;

/**
 * The indexes that lists and tools read by; {@link planOf} says which one serves a query. Those of
 * readings and of rollup rows are paid for with each insert (an update of a row touches none of
 * their fields), so they are few: what they leave over is read in bounded steps. Alerts and devices
 * are few.
 */
export const INDEXES: Readonly<
  Record<
    | 'telemetry_raw'
    | 'aggregated_data'
    | 'alerts'
    | 'alert_states'
    | 'devices'
    | 'users'
    | 'service_tokens'
    | 'audit'
    | 'machine_logic'
    | 'receivers'
    | 'routes'
    | 'notifications'
    | 'notification_groups'
    | 'notification_alerts'
    | 'logs',
    readonly IndexKey[]
  >
> = {
  telemetry_raw: [{ device_id: 1, ts: -1 }, { ts: 1 }],
  aggregated_data: [
    { timestamp: -1, _id: -1 },
    { device_id: 1, timestamp: -1 },
    // Between two rows of 1d there are thousands of 1m.
    { window: 1, timestamp: -1, _id: -1 },
    { device_id: 1, window: 1, timestamp: -1 },
  ],
  alerts: [
    { timestamp: -1, _id: -1 },
    { created_at: -1 },
    // Acknowledgements that are to be told.
    { tell_at: 1 },
    // What is active of a device, for the worker that takes it over.
    { device_id: 1, status: 1 },
    ...['device_id', 'sensor_type', 'status', 'severity'].flatMap((field): IndexKey[] => [
      { [field]: 1, timestamp: -1 },
      { [field]: 1, created_at: -1 },
    ]),
  ],
  // Devices whose silence is to be looked at.
  alert_states: [{ partition: 1, due: 1 }],
  devices: [
    { last_seen: -1, _id: -1 },
    { first_seen: -1, _id: -1 },
  ],
  users: [{ created_at: -1, _id: -1 }],
  service_tokens: [{ created_at: -1, _id: -1 }],
  audit: [
    { at: -1, _id: -1 },
    ...['actor', 'action', 'target', 'outcome'].map((field): IndexKey => ({ [field]: 1, at: -1 })),
  ],
  machine_logic: [{ kind: 1, pattern: 1, version: -1 }],
  receivers: [{ created_at: -1, _id: -1 }],
  routes: [{ created_at: -1, _id: -1 }],
  notifications: [
    { created_at: -1, _id: -1 },
    // What is to be delivered, and what waits longest.
    { status: 1, next_attempt_at: 1 },
    ...['receiver', 'route', 'status', 'reason'].map((field): IndexKey => ({
      [field]: 1,
      created_at: -1,
    })),
  ],
  notification_groups: [{ next_at: 1 }, { route: 1 }],
  notification_alerts: [
    { group: 1, dirty: 1 },
    { group: 1, told_status: 1 },
  ],
  logs: [
    { timestamp: -1, _id: -1 },
    ...['service', 'severe', 'trace_id', 'device_id', 'event_id'].map((field): IndexKey => ({
      [field]: 1,
      timestamp: -1,
    })),
    // Of a service that talks much, what is wrong.
    { service: 1, severe: 1, timestamp: -1 },
  ],
};

const NOTIFICATION_COLLECTIONS = [
  'receivers',
  'routes',
  'notifications',
  'notification_groups',
  'notification_alerts',
] as const;

/**
 * Creates the indexes that are missing. Safe to run by several processes at once. An index that
 * removes raw readings is left as it is: only who keeps the facts of the database may change it
 * ({@link setRawRetention}). Rollup rows carry their own end in `expire_at`, as each window size is
 * kept for a time of its own.
 * @throws the driver's error
 */
export async function ensureIndexes(mongo: Mongo, rawRetentionDays: number): Promise<void> {
  await ensureTtl(mongo, 'telemetry_raw', { ts: 1 }, rawRetentionDays * DAY_S);
  await ensureTtl(mongo, 'aggregated_data', { expire_at: 1 }, 0);
  await ensureAccountIndexes(mongo);
  await ensureTtl(mongo, 'alerts', { expire_at: 1 }, 0);
  await ensureNotificationIndexes(mongo);
  for (const [collection, keys] of Object.entries(INDEXES))
    for (const key of keys)
      if (!isTtl(collection, key)) await mongo.db.collection(collection).createIndex(key);
}

/**
 * Creates the indexes of users, sessions, tokens, attempts and the audit that are missing.
 * @throws the driver's error
 */
export async function ensureAccountIndexes(mongo: Mongo): Promise<void> {
  for (const collection of ['sessions', 'login_attempts', 'audit'])
    await ensureTtl(mongo, collection, { expire_at: 1 }, 0);
  await mongo.sessions.createIndex({ user: 1 });
  for (const collection of ['users', 'service_tokens', 'audit'] as const)
    for (const key of INDEXES[collection]) await mongo.db.collection(collection).createIndex(key);
}

/**
 * Creates those of the notifier, which needs no others. Documents carry their own end.
 * @throws the driver's error
 */
export async function ensureNotificationIndexes(mongo: Mongo): Promise<void> {
  for (const collection of NOTIFICATION_COLLECTIONS) {
    if (collection.startsWith('notification'))
      await ensureTtl(mongo, collection, { expire_at: 1 }, 0);
    for (const key of INDEXES[collection]) await mongo.db.collection(collection).createIndex(key);
  }
}

/**
 * Creates those of the lines of logs, and has the database remove lines so many days after they
 * were stored.
 * @throws the driver's error
 */
export async function ensureLogIndexes(mongo: Mongo, retentionDays: number): Promise<void> {
  await setRetention(mongo.db, 'logs', 'stored_at', retentionDays * DAY_S);
  for (const key of INDEXES.logs) await mongo.logs.createIndex(key);
}

const isTtl = (collection: string, key: IndexKey): boolean =>
  collection === 'telemetry_raw' && Object.keys(key).join() === 'ts';

/** An index of the same name or key exists with other options. */
const INDEX_OPTIONS_CONFLICT = 85;

async function ensureTtl(
  mongo: Mongo,
  collection: string,
  key: Record<string, 1>,
  expireAfterSeconds: number,
): Promise<void> {
  try {
    await mongo.db.collection(collection).createIndex(key, { expireAfterSeconds });
  } catch (error) {
    if ((error as { code?: number }).code !== INDEX_OPTIONS_CONFLICT) throw error;
  }
}

/**
 * After how many seconds the database removes a raw reading: what its index says. Undefined: it
 * removes none. @throws the driver's error
 */
export const rawRetention = ({ raw }: Pick<Mongo, 'raw'>): Promise<number | undefined> =>
  retentionOf(raw, 'ts');

async function retentionOf(
  collection: Pick<Collection, 'indexes'>,
  field: string,
): Promise<number | undefined> {
  try {
    const indexes = await collection.indexes();
    return indexes.find(({ key }) => Object.keys(key).join() === field)?.expireAfterSeconds;
  } catch (error) {
    const NAMESPACE_NOT_FOUND = 26;
    if ((error as { code?: number }).code === NAMESPACE_NOT_FOUND) return undefined;
    throw error;
  }
}

/**
 * Has the database remove raw readings after so many seconds. Takes the right `collMod`, where the
 * index is there with another time.
 * @throws the driver's error
 */
export const setRawRetention = (
  { db, raw }: Pick<Mongo, 'db' | 'raw'>,
  expireAfterSeconds: number,
): Promise<void> => setRetention(db, raw.collectionName, 'ts', expireAfterSeconds);

/** The same for documents of any collection, so long after the time in a field. */
async function setRetention(
  db: Db,
  name: string,
  field: string,
  expireAfterSeconds: number,
): Promise<void> {
  const collection = db.collection(name);
  const key = { [field]: 1 } as const;
  const there = await retentionOf(collection, field);
  if (there === expireAfterSeconds) return;
  if (there === undefined) return void (await collection.createIndex(key, { expireAfterSeconds }));
  try {
    await db.command({ collMod: name, index: { keyPattern: key, expireAfterSeconds } });
  } catch (error) {
    const COMMAND_NOT_FOUND = 59;
    if ((error as { code?: number }).code !== COMMAND_NOT_FOUND) throw error;
    // What only speaks the protocol may have no such command. While there is no index, nothing is
    // removed.
    await collection.dropIndex(`${field}_1`);
    await collection.createIndex(key, { expireAfterSeconds });
  }
}

/** Whether the database refuses something because its user lacks a right. */
export const isNotPermitted = (error: unknown): boolean => {
  const UNAUTHORIZED = 13;
  return (error as { code?: number }).code === UNAUTHORIZED;
};
