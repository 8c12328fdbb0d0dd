import type { Mongo, NotificationDocument } from '@iot/mongo';
import type { Logger } from '@iot/service';
import type { DeliveryOutcome } from '../core/retry.js';
import type { NotifierMetrics } from '../metrics.js';
import type { DeliveryCounts, GroupCounts } from './counted.js';

const TROUBLE_EVERY_MS = 30_000;
const COLLECT_DEADLINE_MS = 2000;

/** Metrics and log lines of what becomes of notifications. */
export class Counts implements GroupCounts, DeliveryCounts {
  private troubleAt = 0;

  constructor(
    mongo: Pick<Mongo, 'notifications'>,
    private readonly metrics: NotifierMetrics,
    private readonly log: Logger,
  ) {
    // Asked when Prometheus does; all processes say the same.
    Object.assign(metrics.waiting, { collect: () => this.collect(mongo.notifications) });
  }

  formed(reason: 'change' | 'repeat'): void {
    this.metrics.formed.inc({ reason });
  }

  suppressed(reason: 'muted' | 'resolved_untold' | 'resolved_not_wanted', alerts: number): void {
    this.metrics.suppressed.inc({ reason }, alerts);
  }

  attempted(kind: string, outcome: 'delivered' | 'failed' | 'dead', seconds: number): void {
    this.metrics.deliveries.inc({ kind, outcome });
    this.metrics.deliverySeconds.observe({ kind }, seconds);
  }

  rateLimited(): void {
    this.metrics.rateLimited.inc();
  }

  /** A line for what was not delivered, without anything that may be a secret. */
  said({ _id, receiver, kind, attempts }: NotificationDocument, outcome: DeliveryOutcome): void {
    if (outcome.kind === 'delivered') return;
    this.log.warn(
      { notification: _id, receiver, kind, attempts, reason: outcome.reason },
      'notification not delivered',
    );
  }

  directory(up: boolean, error?: Error): void {
    this.metrics.directoryUp.set(up ? 1 : 0);
    if (error) this.trouble(error, 'cannot read receivers and routes');
  }

  /** @param problems of NOTIFY_FILE; undefined: it is in force */
  file(problems: readonly string[] | undefined): void {
    this.metrics.fileRejected.set(problems ? 1 : 0);
    if (problems) this.log.error({ problems }, 'NOTIFY_FILE is refused');
    else this.log.info('receivers and routes of NOTIFY_FILE are in force');
  }

  failed(error: Error): void {
    this.trouble(error, 'cannot look after notifications');
  }

  private trouble(error: Error, what: string): void {
    const now = Date.now();
    if (now - this.troubleAt < TROUBLE_EVERY_MS) return;
    this.troubleAt = now;
    this.log.warn({ error: error.message }, what);
  }

  private async collect(notifications: Mongo['notifications']): Promise<void> {
    const options = { maxTimeMS: COLLECT_DEADLINE_MS };
    try {
      const pending = { status: 'pending' } as const;
      const [waiting, oldest] = await Promise.all([
        notifications.countDocuments(pending, options),
        notifications.find(pending, options).sort({ created_at: 1 }).limit(1).toArray(),
      ]);
      const since = oldest[0]?.round_at.getTime();
      this.metrics.waiting.set(waiting);
      this.metrics.oldest.set(since === undefined ? 0 : Math.max(0, Date.now() - since) / 1000);
    } catch {
      // What it was is said on; that the database is away, health says.
    }
  }
}
