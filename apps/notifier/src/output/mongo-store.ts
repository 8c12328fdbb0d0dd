import {
  DUPLICATE_KEY,
  duplicateKeyIndexes,
  PROTOCOL_READ,
  type GroupedAlertDocument,
  type Mongo,
  type NotificationDocument,
  type NotificationGroupDocument,
  type OutboxEntry,
  type ReceiverRateDocument,
} from '@iot/mongo';
import type { GroupedAlert, NotificationStore, Settled, Wake } from './store.js';

const PER_REQUEST = 1000;
const READ = { ...PROTOCOL_READ, batchSize: 200 };

const UNTOLD = { told_version: 0, told_status: 'none', told_severity: 'warning' } as const;

/** {@link NotificationStore} on MongoDB. */
export class MongoNotificationStore implements NotificationStore {
  constructor(private readonly mongo: Mongo) {}

  async put(alerts: readonly GroupedAlert[]): Promise<void> {
    const { groupedAlerts } = this.mongo;
    await this.bulk(groupedAlerts, alerts.map(putOne));
    const told = alerts.flatMap(({ group, alert, told: known }) =>
      known ? [{ _id: `${group}|${alert.id}`, known }] : [],
    );
    await this.bulk(
      groupedAlerts,
      told.map(({ _id, known }) => ({
        updateOne: {
          filter: { _id, told_version: { $lt: known.told_version } },
          // It may have been judged as one of which nobody was told.
          update: { $set: { ...known, dirty: true }, $unset: { expire_at: '' } },
        },
      })),
    );
    const acknowledged = alerts.filter((alert) => alert.acknowledged);
    await this.bulk(
      groupedAlerts,
      acknowledged.map(({ group, alert }) => ({
        updateOne: {
          filter: { _id: `${group}|${alert.id}` },
          update: { $set: { acknowledged: true } },
        },
      })),
    );
  }

  async wake(groups: readonly Wake[]): Promise<void> {
    // What a process with an older route puts into a group is to be moved, though others that know
    // the newer one have moved what was there.
    const operations = groups.map(
      ({ _id, next_at, route_version, expire_at, last_at, ...fixed }) => ({
        updateOne: {
          filter: { _id },
          update: {
            $min: { next_at, route_version },
            $max: { expire_at, ...(last_at && { last_at }) },
            $inc: { version: 1 },
            $setOnInsert: {
              ...fixed,
              ...(!last_at && { last_at: null }),
              ...{ seq: 0, pending: null, outbox: null },
            },
          },
          upsert: true,
        },
      }),
    );
    // Two processes may make the same group at once: one of them finds it there, and is to wake it.
    await this.bulk(this.mongo.notificationGroups, operations, true);
  }

  async poke(group: string, at: Date): Promise<void> {
    const update = { $min: { next_at: at }, $inc: { version: 1 } };
    await this.mongo.notificationGroups.updateOne({ _id: group }, update);
  }

  dueGroups(now: Date, limit: number): Promise<NotificationGroupDocument[]> {
    return this.mongo.notificationGroups
      .find({ next_at: { $lte: now } }, READ)
      .sort({ next_at: 1 })
      .limit(limit)
      .toArray();
  }

  group(id: string): Promise<NotificationGroupDocument | null> {
    return this.mongo.notificationGroups.findOne({ _id: id }, READ);
  }

  replaceGroup(
    group: Pick<NotificationGroupDocument, '_id' | 'version'>,
    fields: Partial<NotificationGroupDocument>,
  ): Promise<boolean> {
    return replaced(this.mongo.notificationGroups, group, fields);
  }

  async wakeOutdated(versions: ReadonlyMap<string, number>, at: Date): Promise<void> {
    const { notificationGroups } = this.mongo;
    const update = { $min: { next_at: at }, $inc: { version: 1 } };
    const unknown = { route: { $nin: [...versions.keys()] }, route_version: { $ne: 0 } };
    await notificationGroups.updateMany(unknown, {
      ...update,
      // Once is enough.
      $set: { route_version: 0 },
    });
    for (const [route, version] of versions)
      await notificationGroups.updateMany({ route, route_version: { $ne: version } }, update);
  }

  dirty(group: string): AsyncIterable<GroupedAlertDocument> {
    return this.mongo.groupedAlerts.find({ group, dirty: true }, READ);
  }

  toldActive(group: string): AsyncIterable<GroupedAlertDocument> {
    return this.mongo.groupedAlerts.find({ group, told_status: 'active' }, READ);
  }

  async markTold(told: OutboxEntry['told'], expireAt: Date): Promise<void> {
    const operations = told.flatMap(({ id, version, status, severity }) => {
      const now = {
        told_version: version,
        told_status: status,
        told_severity: severity as 'warning' | 'critical',
      };
      const ended = status === 'resolved' && { expire_at: expireAt };
      return [
        {
          updateOne: {
            filter: { _id: id, version },
            update: { $set: { dirty: false, ...now, ...ended } },
          },
        },
        // It has changed since: that is still to be told.
        {
          updateOne: {
            filter: { _id: id, version: { $gt: version }, told_version: { $lt: version } },
            update: { $set: now },
          },
        },
      ];
    });
    await this.bulk(this.mongo.groupedAlerts, operations);
  }

  async settle(alerts: readonly Settled[]): Promise<void> {
    const operations = alerts.map(({ _id, version, expire_at: expireAt }) => ({
      updateOne: {
        filter: { _id, version },
        update: { $set: { dirty: false, ...(expireAt && { expire_at: expireAt }) } },
      },
    }));
    await this.bulk(this.mongo.groupedAlerts, operations);
  }

  async remove(alerts: readonly Settled[]): Promise<void> {
    const operations = alerts.map(({ _id, version }) => ({
      deleteOne: { filter: { _id, version } },
    }));
    await this.bulk(this.mongo.groupedAlerts, operations);
  }

  async insertNotification(notification: NotificationDocument): Promise<void> {
    try {
      await this.mongo.notifications.insertOne(notification);
    } catch (error) {
      if ((error as { code?: number }).code !== DUPLICATE_KEY) throw error;
    }
  }

  notification(id: string): Promise<NotificationDocument | null> {
    return this.mongo.notifications.findOne({ _id: id }, READ);
  }

  dueNotifications(
    now: Date,
    limit: number,
    exceptReceivers: readonly string[],
  ): Promise<NotificationDocument[]> {
    const others = exceptReceivers.length > 0 && { receiver: { $nin: [...exceptReceivers] } };
    return this.mongo.notifications
      .find({ status: 'pending', next_attempt_at: { $lte: now }, ...others }, READ)
      .sort({ next_attempt_at: 1 })
      .limit(limit)
      .toArray();
  }

  replaceNotification(
    notification: Pick<NotificationDocument, '_id' | 'version'>,
    fields: Partial<NotificationDocument>,
  ): Promise<boolean> {
    return replaced(this.mongo.notifications, notification, fields);
  }

  async rate(receiver: string): Promise<ReceiverRateDocument> {
    const found = await this.mongo.receiverRates.findOne({ _id: receiver }, READ);
    return found ?? { _id: receiver, arrival_ms: 0, version: 0 };
  }

  async replaceRate({ _id, version }: ReceiverRateDocument, arrivalMs: number): Promise<boolean> {
    const { receiverRates } = this.mongo;
    if (version > 0) {
      const next: Partial<ReceiverRateDocument> = { arrival_ms: arrivalMs };
      return replaced<ReceiverRateDocument>(receiverRates, { _id, version }, next);
    }
    try {
      await receiverRates.insertOne({ _id, arrival_ms: arrivalMs, version: 1 });
      return true;
    } catch (error) {
      if ((error as { code?: number }).code !== DUPLICATE_KEY) throw error;
      return false;
    }
  }

  /** @param again repeats what met a document that somebody had just made */
  private async bulk(
    collection: { bulkWrite(operations: never, options: { ordered: boolean }): Promise<unknown> },
    operations: readonly object[],
    again = false,
  ): Promise<void> {
    for (let i = 0; i < operations.length; i += PER_REQUEST) {
      const some = operations.slice(i, i + PER_REQUEST);
      try {
        await collection.bulkWrite(some as never, { ordered: false });
      } catch (error) {
        const met = duplicateKeyIndexes(error).map((index) => some[index]!);
        if (again) await this.bulk(collection, met);
      }
    }
  }
}

/** Where the guard misses, the upsert meets the document itself, which is as new or newer. */
const putOne = ({ group, alert, told = UNTOLD }: GroupedAlert) => ({
  updateOne: {
    filter: { _id: `${group}|${alert.id}`, version: { $lt: alert.version } },
    update: {
      $set: { group, alert, version: alert.version, dirty: true },
      $unset: { expire_at: '' },
      $setOnInsert: told,
    },
    upsert: true,
  },
});

/** Compare-and-set on the version. */
async function replaced<D extends { _id: string; version: number }>(
  collection: {
    updateOne(filter: never, update: never): Promise<{ matchedCount: number }>;
  },
  { _id, version }: Pick<D, '_id' | 'version'>,
  fields: Partial<D>,
): Promise<boolean> {
  const update = { $set: { ...fields, version: version + 1 } };
  const { matchedCount } = await collection.updateOne({ _id, version } as never, update as never);
  return matchedCount === 1;
}
