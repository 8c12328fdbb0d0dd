import type {
  GroupedAlertDocument,
  NotificationDocument,
  NotificationGroupDocument,
  OutboxEntry,
  ReceiverRateDocument,
  ToldAlert,
} from '@iot/mongo';

/** An alert as it now is, for a group. */
export interface GroupedAlert {
  /** Id of the group. */
  readonly group: string;
  readonly alert: ToldAlert;
  readonly acknowledged: boolean;
  /** Of an alert that comes from another group of the receiver: what was told there. */
  readonly told?: Pick<GroupedAlertDocument, 'told_version' | 'told_status' | 'told_severity'>;
}

/** A group that is to be looked at: made where it is not there. */
export interface Wake extends Pick<
  NotificationGroupDocument,
  '_id' | 'route' | 'receiver' | 'route_version' | 'labels' | 'expire_at'
> {
  /** No later than then. */
  readonly next_at: Date;
  /** Of alerts that come from another group: when that told of them last. */
  readonly last_at?: Date;
}

export interface Settled {
  readonly _id: string;
  readonly version: number;
  readonly expire_at?: Date;
}

/**
 * What the notifier keeps. Everything may be done twice, by two processes, with the same result;
 * `replace…` are compare-and-set on the version, and add 1 to it.
 */
export interface NotificationStore {
  /** Puts alerts into groups, each unless its version or a later one is there. */
  put(alerts: readonly GroupedAlert[]): Promise<void>;
  wake(groups: readonly Wake[]): Promise<void>;
  /** Has a group that is there looked at now. */
  poke(group: string, at: Date): Promise<void>;
  dueGroups(now: Date, limit: number): Promise<NotificationGroupDocument[]>;
  group(id: string): Promise<NotificationGroupDocument | null>;
  replaceGroup(
    { _id, version }: Pick<NotificationGroupDocument, '_id' | 'version'>,
    fields: Partial<NotificationGroupDocument>,
  ): Promise<boolean>;
  /** Has all groups of routes looked at that are of another version of these. */
  wakeOutdated(versions: ReadonlyMap<string, number>, at: Date): Promise<void>;

  /** Alerts of a group whose last change was not looked at, in a fixed order. */
  dirty(group: string): AsyncIterable<GroupedAlertDocument>;
  /** Alerts of a group that were told as active. */
  toldActive(group: string): AsyncIterable<GroupedAlertDocument>;
  /** Marks what a notification tells: {@link OutboxEntry}. */
  markTold(told: OutboxEntry['told'], expireAt: Date): Promise<void>;
  /** There is nothing to tell of these changes. */
  settle(alerts: readonly Settled[]): Promise<void>;
  /** Takes alerts out of their group, each unless it has changed. */
  remove(alerts: readonly Settled[]): Promise<void>;

  /** Unless it is there. */
  insertNotification(notification: NotificationDocument): Promise<void>;
  notification(id: string): Promise<NotificationDocument | null>;
  dueNotifications(
    now: Date,
    limit: number,
    exceptReceivers: readonly string[],
  ): Promise<NotificationDocument[]>;
  replaceNotification(
    { _id, version }: Pick<NotificationDocument, '_id' | 'version'>,
    fields: Partial<NotificationDocument>,
  ): Promise<boolean>;

  /** Version 0: there is none. */
  rate(receiver: string): Promise<ReceiverRateDocument>;
  replaceRate(rate: ReceiverRateDocument, arrivalMs: number): Promise<boolean>;
}
