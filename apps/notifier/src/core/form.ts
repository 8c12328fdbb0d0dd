import type {
  GroupedAlertDocument,
  NotificationGroupDocument,
  OutboxEntry,
  ReceiverKind,
} from '@iot/mongo';
import { pendingNotification } from '@iot/notification';

/** Alerts in one notification at most. */
export const MOST_ALERTS = 100;

/** What of a group is told. */
export interface Content {
  readonly reason: 'change' | 'repeat';
  readonly changed: readonly { document: GroupedAlertDocument; change: 'new' | 'resolved' }[];
  /** Told before, and still active. */
  readonly active: readonly GroupedAlertDocument[];
  readonly more: number;
}

/** Id of a notification: the same whoever makes it, however often. */
export const notificationId = (group: string, seq: number): string => `ntf_${group}_${seq}`;

/** The next notification of a group, and what its alerts are marked with. */
export function outboxEntry(
  group: NotificationGroupDocument,
  kind: ReceiverKind | null,
  { reason, changed, active, more }: Content,
  now: Date,
  expireAt: Date,
): OutboxEntry {
  const content = {
    _id: notificationId(group._id, group.seq + 1),
    receiver: group.receiver,
    kind,
    route: group.route,
    reason,
    group: group._id,
    labels: group.labels,
    alerts: [
      ...changed.map(({ document, change }) => ({ change, alert: document.alert })),
      ...active.map(({ alert }) => ({ change: 'active' as const, alert })),
    ],
    more,
  };
  const told = changed.map(({ document: { _id, version, alert } }) => ({
    id: _id,
    version,
    status: alert.status === 'resolved' ? ('resolved' as const) : ('active' as const),
    severity: alert.severity,
  }));
  return { notification: pendingNotification(content, now, expireAt), told };
}
