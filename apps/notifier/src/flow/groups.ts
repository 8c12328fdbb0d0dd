import {
  NEVER,
  type GroupedAlertDocument,
  type NotificationGroupDocument,
  type RouteDocument,
} from '@iot/mongo';
import { MOST_ALERTS, notificationId, outboxEntry, type Content } from '../core/form.js';
import { isRepeated, judge } from '../core/judge.js';
import type { GroupCounts } from '../output/counted.js';
import type { NotificationStore, Settled } from '../output/store.js';
import type { DirectorySource } from '../core/directory.js';
import { groupExpiry } from './intake.js';
import { regroup } from './regroup.js';

const DAY_MS = 86_400_000;
/** Beyond the retention of the topic: what is read again is known to be told. */
const TOLD_KEPT_MS = 35 * DAY_MS;
/** Mutes may be changed or taken back; and who was to say that a delivery ended may have died. */
const LOOK_AGAIN_MS = 30_000;

/** Alerts of a group, by what is to be done about them. */
interface Sorted {
  readonly changed: { document: GroupedAlertDocument; change: 'new' | 'resolved' }[];
  readonly settled: Settled[];
  /** There is more to tell than one notification holds. */
  more: boolean;
  /** When the first mute ends, epoch ms. */
  mutedUntil: number;
}

/**
 * Makes notifications of groups. A notification is decided on by compare-and-set of the group,
 * which holds it until it is stored and its alerts are marked; whoever comes after a crash finds it
 * there and goes on. So there is one of each number, and nothing is told in two.
 */
export class Groups {
  constructor(
    private readonly store: NotificationStore,
    private readonly directory: DirectorySource,
    private readonly retentionMs: number,
    private readonly counts: GroupCounts,
  ) {}

  /** Does what is due for a group. What fails, or is overtaken by another process, comes again. */
  async look(group: NotificationGroupDocument, now: number): Promise<void> {
    if (group.outbox) return this.finish(group, now);
    if (group.pending && (await this.isUnderWay(group.pending)))
      return this.later(group, now + LOOK_AGAIN_MS, now);
    const route = await this.routeOf(group, now);
    if (!route?.enabled || route.version !== group.route_version) {
      await regroup(this.store, group, route, now);
      if (!route?.enabled || route.receiver !== group.receiver)
        return this.later(group, NEVER.getTime(), now);
      return void (await this.store.replaceGroup(group, { route_version: route.version }));
    }
    const earliest = (group.last_at?.getTime() ?? 0) + route.group_interval_s * 1000;
    if (earliest > now) return this.later(group, earliest, now);
    await this.decide(group, route, now);
  }

  /**
   * Its route. Who knows less of the route than the group must not move its alerts: another process
   * may be moving them the other way, and each would take them out of where it found them.
   */
  private async routeOf(
    { route: name, route_version: version }: NotificationGroupDocument,
    now: number,
  ): Promise<RouteDocument | undefined> {
    const find = () => this.directory.current.routes.find(({ _id }) => _id === name);
    const known = find();
    if (known && known.version >= version) return known;
    await this.directory.refresh(now);
    return find();
  }

  private async decide(
    group: NotificationGroupDocument,
    route: RouteDocument,
    now: number,
  ): Promise<void> {
    const sorted = await this.sorted(group._id, route, now);
    await this.store.settle(sorted.settled);
    const repeatAt =
      route.repeat_interval_s > 0
        ? (group.last_at?.getTime() ?? now) + route.repeat_interval_s * 1000
        : Infinity;
    const content = await this.content(group._id, sorted, repeatAt <= now, now);
    if (content === 'all over' || content === 'nothing now') {
      const goesOn = repeatAt < Infinity && group.last_at !== null && content !== 'all over';
      const repeated = repeatAt > now ? repeatAt : now + route.repeat_interval_s * 1000;
      const unmuted = Math.min(sorted.mutedUntil, now + LOOK_AGAIN_MS);
      const next = Math.min(
        goesOn ? repeated : Infinity,
        sorted.mutedUntil < Infinity ? unmuted : Infinity,
      );
      return this.later(group, next, now);
    }
    const kind = this.directory.current.receivers.get(group.receiver)?.kind ?? null;
    const expireAt = new Date(now + this.retentionMs);
    const outbox = outboxEntry(group, kind, content, new Date(now), expireAt);
    const fields = {
      outbox,
      seq: group.seq + 1,
      last_at: new Date(now),
      pending: notificationId(group._id, group.seq + 1),
      next_at: new Date(now),
      expire_at: groupExpiry(now),
    };
    if (!(await this.store.replaceGroup(group, fields))) return;
    this.counts.formed(content.reason);
    await this.finish({ ...group, ...fields, version: group.version + 1 }, now);
  }

  /** Stores what was decided. Each step may have been taken before. */
  private async finish(group: NotificationGroupDocument, now: number): Promise<void> {
    const { notification, told } = group.outbox!;
    await this.store.insertNotification(notification);
    await this.store.markTold(told, new Date(now + TOLD_KEPT_MS));
    await this.store.replaceGroup(group, {
      outbox: null,
      next_at: new Date(now + LOOK_AGAIN_MS),
    });
  }

  private async isUnderWay(id: string): Promise<boolean> {
    return (await this.store.notification(id))?.status === 'pending';
  }

  private async later(group: NotificationGroupDocument, at: number, now: number): Promise<void> {
    const next_at = new Date(Math.min(at, NEVER.getTime()));
    await this.store.replaceGroup(group, { next_at, expire_at: groupExpiry(now) });
  }

  private async sorted(group: string, route: RouteDocument, now: number): Promise<Sorted> {
    const { mutes } = this.directory.current;
    const sorted: Sorted = { changed: [], settled: [], more: false, mutedUntil: Infinity };
    let muted = 0;
    for await (const document of this.store.dirty(group)) {
      const verdict = judge(document, route, mutes, now);
      if (verdict.kind === 'muted') {
        sorted.mutedUntil = Math.min(sorted.mutedUntil, verdict.untilMs);
        muted++;
      } else if (verdict.kind === 'nothing') {
        const { _id, version, alert } = document;
        const ended = alert.status === 'resolved' && { expire_at: new Date(now + TOLD_KEPT_MS) };
        sorted.settled.push({ _id, version, ...ended });
        if (verdict.why) this.counts.suppressed(verdict.why, 1);
      } else if (sorted.changed.length < MOST_ALERTS)
        sorted.changed.push({ document, change: verdict.change });
      else {
        sorted.more = true;
        break;
      }
    }
    if (muted > 0) this.counts.suppressed('muted', muted);
    return sorted;
  }

  /** What to tell, when there is anything; all is over when no alert is active either. */
  private async content(
    group: string,
    { changed, more }: Sorted,
    repeat: boolean,
    now: number,
  ): Promise<Content | 'nothing now' | 'all over'> {
    if (changed.length === 0 && !repeat) return 'nothing now';
    const { mutes } = this.directory.current;
    const told = new Set(changed.map(({ document: { _id } }) => _id));
    const active: GroupedAlertDocument[] = [];
    let left = more ? 1 : 0;
    let alive = false;
    for await (const document of this.store.toldActive(group)) {
      if (told.has(document._id) || document.alert.status !== 'active') continue;
      alive = true;
      if (changed.length === 0 && !isRepeated(document, mutes, now)) continue;
      if (changed.length + active.length < MOST_ALERTS) active.push(document);
      else left++;
    }
    if (changed.length + active.length === 0) return alive ? 'nothing now' : 'all over';
    return { reason: changed.length > 0 ? 'change' : 'repeat', changed, active, more: left };
  }
}
