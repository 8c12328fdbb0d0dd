import { hash } from 'node:crypto';
import type { GroupedAlert, NotificationStore, Wake } from '../output/store.js';
import { targetsOf, type Target } from '../core/routing.js';
import type { Told } from '../core/told-alert.js';
import type { DirectorySource } from '../core/directory.js';

const DAY_MS = 86_400_000;
/** Beyond the retention of notifications, whose ids are numbered within the group. */
export const groupExpiry = (now: number): Date => new Date(now + 400 * DAY_MS);

/** Id of the group with a key; part of the ids of its notifications. */
export const groupId = (key: string): string => hash('sha256', key).slice(0, 24);

export const wakeOf = ({ route, key, labels }: Target, at: number, now: number): Wake => ({
  _id: groupId(key),
  route: route._id,
  receiver: route.receiver,
  route_version: route.version,
  labels: { ...labels },
  expire_at: groupExpiry(now),
  next_at: new Date(at),
});

/** Puts changes of alerts into the groups of their routes. Done again, it changes nothing. */
export class Intake {
  constructor(
    private readonly store: NotificationStore,
    private readonly directory: DirectorySource,
    /** Told when a group waits to be looked at, epoch ms. */
    private readonly onDue: (at: number) => void,
  ) {}

  /** When it returns, the changes are stored: first the alerts, then that there is work. */
  async take(changes: readonly Told[], now: number): Promise<void> {
    const alerts = new Map<string, GroupedAlert>();
    const groups = new Map<string, Wake>();
    const { routes } = this.directory.current;
    for (const { alert, acknowledged } of changes)
      for (const target of targetsOf(alert, routes)) {
        const wake = wakeOf(target, now + target.route.group_wait_s * 1000, now);
        groups.set(wake._id, wake);
        const id = `${wake._id}|${alert.id}`;
        const before = alerts.get(id);
        alerts.set(id, {
          group: wake._id,
          alert: before && before.alert.version > alert.version ? before.alert : alert,
          acknowledged: acknowledged || before?.acknowledged === true,
        });
      }
    if (alerts.size === 0) return;
    await this.store.put([...alerts.values()]);
    await this.store.wake([...groups.values()]);
    this.onDue(Math.min(...[...groups.values()].map(({ next_at: at }) => at.getTime())));
  }
}
