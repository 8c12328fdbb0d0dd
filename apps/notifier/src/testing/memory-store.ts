import type {
  GroupedAlertDocument,
  NotificationDocument,
  NotificationGroupDocument,
  OutboxEntry,
  ReceiverRateDocument,
} from '@iot/mongo';
import type { GroupedAlert, NotificationStore, Settled, Wake } from '../output/store.js';

const copy = <T>(value: T): T => structuredClone(value);

/** What is stored, by id. */
export interface MemoryState {
  readonly groups: Map<string, NotificationGroupDocument>;
  readonly alerts: Map<string, GroupedAlertDocument>;
  readonly notifications: Map<string, NotificationDocument>;
  readonly rates: Map<string, ReceiverRateDocument>;
}

/** The store in memory: each operation on one document is atomic, and nothing more than that. */
export class MemoryStore implements NotificationStore {
  readonly groups: MemoryState['groups'];
  readonly alerts: MemoryState['alerts'];
  readonly notifications: MemoryState['notifications'];
  readonly rates: MemoryState['rates'];

  static state = (): MemoryState => ({
    groups: new Map(),
    alerts: new Map(),
    notifications: new Map(),
    rates: new Map(),
  });

  /**
   * @param state that several processes share
   * @param step is awaited before each operation on a document: a crash, or another's turn
   */
  constructor(
    state: MemoryState = MemoryStore.state(),
    private readonly step: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.groups = state.groups;
    this.alerts = state.alerts;
    this.notifications = state.notifications;
    this.rates = state.rates;
  }

  async put(alerts: readonly GroupedAlert[]): Promise<void> {
    for (const { group, alert, acknowledged, told } of alerts) {
      await this.step();
      const _id = `${group}|${alert.id}`;
      const there = this.alerts.get(_id);
      const before = there ?? {
        ...(told ?? {
          told_version: 0,
          told_status: 'none' as const,
          told_severity: 'warning' as const,
        }),
      };
      if (!there || this.isNewer(alert.version, there.version)) {
        const { expire_at: _, ...kept } = before as GroupedAlertDocument;
        const next = { ...kept, _id, group, alert, version: alert.version, dirty: true };
        this.alerts.set(_id, copy(next));
      }
      const now = this.alerts.get(_id)!;
      if (told && now.told_version < told.told_version)
        Object.assign(now, told, { dirty: true, expire_at: undefined });
      if (acknowledged) now.acknowledged = true;
    }
  }

  isNewer(version: number, there: number): boolean {
    return version > there;
  }

  async wake(groups: readonly Wake[]): Promise<void> {
    for (const { _id, next_at, expire_at, last_at = null, ...fixed } of groups) {
      await this.step();
      const there = this.groups.get(_id);
      if (!there)
        this.groups.set(_id, {
          _id,
          ...copy(fixed),
          next_at,
          expire_at,
          seq: 0,
          last_at,
          pending: null,
          outbox: null,
          version: 1,
        });
      else {
        if (last_at && (there.last_at ?? 0) < last_at) there.last_at = last_at;
        there.route_version = Math.min(there.route_version, fixed.route_version);
        this.nudge(there, next_at);
      }
    }
  }

  async poke(group: string, at: Date): Promise<void> {
    await this.step();
    const there = this.groups.get(group);
    if (there) this.nudge(there, at);
  }

  private nudge(group: NotificationGroupDocument, at: Date): void {
    if (at < group.next_at) group.next_at = at;
    group.version++;
  }

  async dueGroups(now: Date, limit: number): Promise<NotificationGroupDocument[]> {
    await this.step();
    const due = [...this.groups.values()].filter(({ next_at: at }) => at <= now);
    return copy(due.sort((a, b) => a.next_at.getTime() - b.next_at.getTime()).slice(0, limit));
  }

  async group(id: string): Promise<NotificationGroupDocument | null> {
    await this.step();
    return copy(this.groups.get(id) ?? null);
  }

  async replaceGroup(
    { _id, version }: Pick<NotificationGroupDocument, '_id' | 'version'>,
    fields: Partial<NotificationGroupDocument>,
  ): Promise<boolean> {
    await this.step();
    return replaced(this.groups, _id, version, fields);
  }

  async wakeOutdated(versions: ReadonlyMap<string, number>, at: Date): Promise<void> {
    await this.step();
    for (const group of this.groups.values())
      if (versions.get(group.route) !== group.route_version) {
        if (!versions.has(group.route)) {
          if (group.route_version === 0) continue;
          group.route_version = 0;
        }
        this.nudge(group, at);
      }
  }

  async *dirty(group: string): AsyncIterable<GroupedAlertDocument> {
    await this.step();
    for (const alert of [...this.alerts.values()])
      if (alert.group === group && alert.dirty) yield copy(alert);
  }

  async *toldActive(group: string): AsyncIterable<GroupedAlertDocument> {
    await this.step();
    for (const alert of [...this.alerts.values()])
      if (alert.group === group && alert.told_status === 'active') yield copy(alert);
  }

  async markTold(told: OutboxEntry['told'], expireAt: Date): Promise<void> {
    for (const { id, version, status, severity } of told) {
      await this.step();
      const there = this.alerts.get(id);
      if (!there) continue;
      const marks = {
        told_version: version,
        told_status: status,
        told_severity: severity as 'warning',
      };
      if (there.version === version)
        Object.assign(
          there,
          marks,
          { dirty: false },
          status === 'resolved' && { expire_at: expireAt },
        );
      else if (there.version > version && there.told_version < version) Object.assign(there, marks);
    }
  }

  async settle(alerts: readonly Settled[]): Promise<void> {
    for (const { _id, version, expire_at: expireAt } of alerts) {
      await this.step();
      const there = this.alerts.get(_id);
      if (there?.version === version)
        Object.assign(there, { dirty: false }, expireAt && { expire_at: expireAt });
    }
  }

  async remove(alerts: readonly Settled[]): Promise<void> {
    for (const { _id, version } of alerts) {
      await this.step();
      if (this.alerts.get(_id)?.version === version) this.alerts.delete(_id);
    }
  }

  async insertNotification(notification: NotificationDocument): Promise<void> {
    await this.step();
    if (!this.notifications.has(notification._id))
      this.notifications.set(notification._id, copy(notification));
  }

  async notification(id: string): Promise<NotificationDocument | null> {
    await this.step();
    return copy(this.notifications.get(id) ?? null);
  }

  async dueNotifications(
    now: Date,
    limit: number,
    exceptReceivers: readonly string[],
  ): Promise<NotificationDocument[]> {
    await this.step();
    const due = [...this.notifications.values()].filter(
      ({ status, next_attempt_at: at, receiver }) =>
        status === 'pending' && at <= now && !exceptReceivers.includes(receiver),
    );
    return copy(
      due.sort((a, b) => a.next_attempt_at.getTime() - b.next_attempt_at.getTime()).slice(0, limit),
    );
  }

  async replaceNotification(
    { _id, version }: Pick<NotificationDocument, '_id' | 'version'>,
    fields: Partial<NotificationDocument>,
  ): Promise<boolean> {
    await this.step();
    return replaced(this.notifications, _id, version, fields);
  }

  async rate(receiver: string): Promise<ReceiverRateDocument> {
    await this.step();
    return copy(this.rates.get(receiver) ?? { _id: receiver, arrival_ms: 0, version: 0 });
  }

  async replaceRate({ _id, version }: ReceiverRateDocument, arrivalMs: number): Promise<boolean> {
    await this.step();
    if ((this.rates.get(_id)?.version ?? 0) !== version) return false;
    this.rates.set(_id, { _id, arrival_ms: arrivalMs, version: version + 1 });
    return true;
  }
}

function replaced<D extends { version: number }>(
  documents: Map<string, D>,
  id: string,
  version: number,
  fields: Partial<D>,
): boolean {
  const there = documents.get(id);
  if (there?.version !== version) return false;
  Object.assign(there, copy(fields), { version: version + 1 });
  return true;
}
