import type { NotificationDocument, ReceiverDocument } from '@iot/mongo';
import { take } from '../core/rate.js';
import { nextAttempt, type DeliveryOutcome } from '../core/retry.js';
import type { DeliveryCounts } from '../output/counted.js';
import type { Sender } from '../output/sender.js';
import type { NotificationStore } from '../output/store.js';
import type { DirectorySource } from '../core/directory.js';

export interface DeliveryOptions {
  /** How long one process has a notification for itself; above all that a delivery may take. */
  readonly leaseMs: number;
  readonly giveUpMs: number;
  readonly now: () => number;
  readonly random: () => number;
}

/**
 * Delivers notifications. Whoever takes one moves its time ahead by a lease, under compare-and-set,
 * and says afterwards what became of it. If it dies in between, another one delivers it after the
 * lease, with the same id.
 */
export class Deliveries {
  constructor(
    private readonly store: NotificationStore,
    private readonly directory: DirectorySource,
    private readonly sender: Sender,
    private readonly options: DeliveryOptions,
    private readonly counts: DeliveryCounts,
    private readonly said: (about: NotificationDocument, outcome: DeliveryOutcome) => void,
  ) {}

  /** @returns epoch ms until which the receiver is to have rest; 0: it is not */
  async deliver(notification: NotificationDocument): Promise<number> {
    const { options, store } = this;
    const receiver = await this.receiverOf(notification);
    if (receiver?.enabled) {
      const waitMs = await this.waitFor(receiver);
      if (waitMs > 0) {
        this.counts.rateLimited();
        return options.now() + waitMs;
      }
    }
    const attempts = notification.attempts + 1;
    const lease = { attempts, next_attempt_at: new Date(options.now() + options.leaseMs) };
    if (!(await store.replaceNotification(notification, lease))) return 0;
    const taken = { ...notification, ...lease, version: notification.version + 1 };
    const began = options.now();
    const outcome = await this.outcomeOf(receiver, taken, began);
    await this.ended(taken, outcome, (options.now() - began) / 1000);
    return 0;
  }

  /** One that was made just now is not known yet, and may be tested at once. */
  private async receiverOf({
    receiver: name,
  }: NotificationDocument): Promise<ReceiverDocument | undefined> {
    const known = this.directory.current.receivers.get(name);
    if (known) return known;
    await this.directory.refresh(this.options.now());
    return this.directory.current.receivers.get(name);
  }

  private outcomeOf(
    receiver: ReceiverDocument | undefined,
    notification: NotificationDocument,
    now: number,
  ): Promise<DeliveryOutcome> | DeliveryOutcome {
    if (!receiver) return { kind: 'refused', reason: 'receiver_deleted' };
    if (!receiver.enabled) return { kind: 'refused', reason: 'receiver_disabled' };
    return this.sender.send(receiver, notification, now);
  }

  private async ended(
    taken: NotificationDocument,
    outcome: DeliveryOutcome,
    seconds: number,
  ): Promise<void> {
    const { now, random, giveUpMs } = this.options;
    const at = now();
    const again =
      outcome.kind === 'failed'
        ? nextAttempt(
            taken.attempts,
            taken.round_at.getTime(),
            giveUpMs,
            at,
            random(),
            outcome.retryAfterMs,
          )
        : undefined;
    const fields: Partial<NotificationDocument> =
      outcome.kind === 'delivered'
        ? { status: 'delivered', finished_at: new Date(at), last_error: outcome.note ?? null }
        : again !== undefined
          ? { next_attempt_at: new Date(again), last_error: outcome.reason }
          : { status: 'dead', finished_at: new Date(at), last_error: outcome.reason };
    const result = outcome.kind === 'delivered' ? 'delivered' : again ? 'failed' : 'dead';
    this.counts.attempted(taken.kind ?? 'none', result, seconds);
    this.said(taken, outcome);
    const stored = await this.store.replaceNotification(taken, fields);
    if (stored && fields.status && taken.group) await this.store.poke(taken.group, new Date(at));
  }

  /** Takes a turn of the receiver's rate. @returns ms to wait; 0: it has one */
  private async waitFor({ _id, rate_limit }: ReceiverDocument): Promise<number> {
    for (;;) {
      const state = await this.store.rate(_id);
      const turn = take(state.arrival_ms, rate_limit, this.options.now());
      if ('waitMs' in turn) return turn.waitMs;
      if (await this.store.replaceRate(state, turn.arrivalMs)) return 0;
    }
  }
}
