import {
  duplicateKeyIndexes,
  PROTOCOL_READ,
  type AlertDocument,
  type AlertStateDocument,
  type Mongo,
} from '@iot/mongo';

/** Where alerts are written. */
export interface AlertStore {
  /**
   * Writes each alert unless the same or a later version is there. @returns the ids that were not
   * written for that reason
   */
  write(alerts: readonly AlertDocument[]): Promise<ReadonlySet<string>>;
  /** The pending and active alerts of devices. */
  openOf(deviceIds: readonly string[]): Promise<AlertDocument[]>;
  withIds(ids: readonly string[]): Promise<AlertDocument[]>;
}

/** Where device states are kept between checkpoints. */
export interface StateStore {
  load(deviceIds: readonly string[]): Promise<AlertStateDocument[]>;
  /**
   * Stores each state if the stored version is the one before its own. @returns how many were not,
   * as another worker has stored one since
   */
  save(states: readonly AlertStateDocument[]): Promise<number>;
}

const DOCUMENTS_PER_REQUEST = 5000;
const READ = { batchSize: DOCUMENTS_PER_REQUEST, promoteBuffers: true, ...PROTOCOL_READ };
const OPEN = ['pending', 'active'] as const;

/** {@link AlertStore} on MongoDB. */
export class MongoAlertStore implements AlertStore {
  constructor(private readonly alerts: Mongo['alerts']) {}

  async write(alerts: readonly AlertDocument[]): Promise<ReadonlySet<string>> {
    const missed = await guardedUpserts(this.alerts, alerts, ({ _id, device_id, version }) => ({
      _id,
      device_id,
      version: { $lt: version },
    }));
    return new Set(missed.map(({ _id }) => _id));
  }

  openOf(deviceIds: readonly string[]): Promise<AlertDocument[]> {
    const status = { $in: [...OPEN] };
    return findAll(deviceIds, (some) =>
      this.alerts.find({ device_id: { $in: some }, status }, READ),
    );
  }

  withIds(ids: readonly string[]): Promise<AlertDocument[]> {
    return findAll(ids, (some) => this.alerts.find({ _id: { $in: some } }, READ));
  }
}

/** {@link StateStore} on MongoDB. */
export class MongoStateStore implements StateStore {
  constructor(private readonly states: Mongo['alertStates']) {}

  load(deviceIds: readonly string[]): Promise<AlertStateDocument[]> {
    return findAll(deviceIds, (some) => this.states.find({ _id: { $in: some } }, READ));
  }

  async save(states: readonly AlertStateDocument[]): Promise<number> {
    return (
      await guardedUpserts(this.states, states, ({ _id, version }) => ({
        _id,
        version: version - 1,
      }))
    ).length;
  }
}

async function findAll<D>(
  ids: readonly string[],
  find: (some: string[]) => { toArray(): Promise<D[]> },
): Promise<D[]> {
  const found: D[] = [];
  for (let i = 0; i < ids.length; i += DOCUMENTS_PER_REQUEST)
    for (const document of await find(ids.slice(i, i + DOCUMENTS_PER_REQUEST)).toArray())
      found.push(document);
  return found;
}

/**
 * Writes each document where the guard finds the stored one, or where none is stored. Where the
 * guard misses, the upsert tries to insert the same _id again, and the server's duplicate-key error
 * says so.
 * @returns the documents whose guard missed
 */
async function guardedUpserts<D extends { _id: string }>(
  collection: { bulkWrite(operations: never, options: { ordered: false }): Promise<unknown> },
  documents: readonly D[],
  guard: (document: D) => object,
): Promise<D[]> {
  const missed: D[] = [];
  for (let i = 0; i < documents.length; i += DOCUMENTS_PER_REQUEST) {
    const some = documents.slice(i, i + DOCUMENTS_PER_REQUEST);
    const operations = some.map((document) => {
      const { _id, ...fields } = document;
      return { updateOne: { filter: guard(document), update: { $set: fields }, upsert: true } };
    });
    try {
      await collection.bulkWrite(operations as never, { ordered: false });
    } catch (error) {
      for (const index of duplicateKeyIndexes(error)) missed.push(some[index]!);
    }
  }
  return missed;
}
