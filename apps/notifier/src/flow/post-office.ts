import type { NotificationDocument } from '@iot/mongo';
import type { NotificationStore } from '../output/store.js';
import type { Deliveries } from './deliveries.js';
import type { Groups } from './groups.js';

const GROUPS_AT_ONCE = 100;
/** Of one receiver: one that does not answer must leave room for the others. */
const PER_RECEIVER = 2;

/** Looks after what is due: groups first, then deliveries, as many at a time as may be. */
export class PostOffice {
  private readonly underWay = new Map<string, { receiver: string; work: Promise<void> }>();
  /** Receivers that had their turns, by the time until which they rest, epoch ms. */
  private readonly resting = new Map<string, number>();

  constructor(
    private readonly store: NotificationStore,
    private readonly groups: Groups,
    private readonly deliveries: Deliveries,
    private readonly concurrency: number,
    private readonly onFreed: () => void,
    private readonly onFailed: (error: Error) => void,
  ) {}

  /** One round. @returns whether there was anything to do */
  async round(now: number): Promise<boolean> {
    const due = await this.store.dueGroups(new Date(now), GROUPS_AT_ONCE);
    for (const group of due) await this.groups.look(group, now);
    const begun = await this.begin(now);
    return due.length > 0 || begun > 0;
  }

  /** Resolves when no delivery is under way. */
  async settled(): Promise<void> {
    await Promise.all([...this.underWay.values()].map(({ work }) => work));
  }

  private async begin(now: number): Promise<number> {
    const room = this.concurrency - this.underWay.size;
    if (room <= 0) return 0;
    const due = await this.store.dueNotifications(new Date(now), room * 2, this.notNow(now));
    let begun = 0;
    for (const notification of due) {
      const { _id, receiver } = notification;
      const full =
        this.underWay.size >= this.concurrency ||
        this.underWay.has(_id) ||
        this.ofReceiver(receiver) >= PER_RECEIVER;
      if (full) continue;
      this.underWay.set(_id, { receiver, work: this.deliver(notification) });
      begun++;
    }
    return begun;
  }

  private async deliver(notification: NotificationDocument): Promise<void> {
    try {
      const restUntil = await this.deliveries.deliver(notification);
      if (restUntil > 0) this.resting.set(notification.receiver, restUntil);
    } catch (error) {
      this.onFailed(error as Error);
    } finally {
      this.underWay.delete(notification._id);
      this.onFreed();
    }
  }

  private ofReceiver(receiver: string): number {
    let count = 0;
    for (const other of this.underWay.values()) if (other.receiver === receiver) count++;
    return count;
  }

  /** Receivers of which nothing more is begun now. */
  private notNow(now: number): string[] {
    for (const [receiver, until] of this.resting) if (until <= now) this.resting.delete(receiver);
    const busy = [...this.underWay.values()]
      .map(({ receiver }) => receiver)
      .filter((receiver) => this.ofReceiver(receiver) >= PER_RECEIVER);
    return [...new Set([...this.resting.keys(), ...busy])];
  }
}
