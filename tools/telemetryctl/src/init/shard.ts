import type { Mongo } from '@iot/mongo';

/** What each collection is sharded by: all of a device is on one shard. */
export const SHARD_KEYS = {
  telemetry_raw: 'device_id',
  aggregated_data: 'device_id',
  alerts: 'device_id',
  // Their `_id` is the device.
  alert_states: '_id',
  devices: '_id',
} as const;

/** The commands for a mongos, in their order. The indexes come first: with data there, they must. */
export const shardCommands = (database: string): string[] =>
  Object.entries(SHARD_KEYS).map(
    ([collection, key]) => `sh.shardCollection('${database}.${collection}', { ${key}: 'hashed' })`,
  );

/** What was done of {@link shardCommands}. */
export interface Sharded {
  readonly indexed: string[];
  /** By a mongos. */
  readonly sharded: string[];
  /** Sharded before, by whatever key. */
  readonly already: string[];
  /** To be run by hand, as this is no mongos. */
  readonly toRun: string[];
}

const ALREADY_SHARDED = 20;
const ALREADY_INITIALIZED = 23;

/**
 * Creates the hashed indexes, and shards where the database is a mongos. @throws the driver's
 * error, such as for a right that is missing
 */
export async function shard({ client, db }: Pick<Mongo, 'client' | 'db'>): Promise<Sharded> {
  const done: Sharded = { indexed: [], sharded: [], already: [], toRun: [] };
  for (const [collection, key] of Object.entries(SHARD_KEYS)) {
    await db.collection(collection).createIndex({ [key]: 'hashed' });
    done.indexed.push(collection);
  }
  if (!(await isMongos(db))) return { ...done, toRun: shardCommands(db.databaseName) };
  for (const [collection, key] of Object.entries(SHARD_KEYS))
    try {
      const shardCollection = `${db.databaseName}.${collection}`;
      await client.db('admin').command({ shardCollection, key: { [key]: 'hashed' } });
      done.sharded.push(collection);
    } catch (error) {
      const { code } = error as { code?: number };
      if (code !== ALREADY_SHARDED && code !== ALREADY_INITIALIZED) throw error;
      done.already.push(collection);
    }
  return done;
}

const isMongos = (db: Mongo['db']): Promise<boolean> =>
  db
    .admin()
    .command({ hello: 1 })
    .then(({ msg }) => msg === 'isdbgrid')
    .catch(() => false);

/** Lines for the operator. */
export const shardedText = ({ indexed, sharded, already, toRun }: Sharded): string[] => [
  `hashed indexes of ${indexed.join(', ')}: in place`,
  ...sharded.map((collection) => `sharded ${collection}`),
  ...already.map((collection) => `${collection} was sharded: its key stays as it is`),
  ...(toRun.length > 0
    ? ['this is no mongos; run there:', ...toRun.map((line) => `  ${line}`)]
    : []),
];
