import { BackendUnavailable } from '@iot/resilience';
import { alertId, type AlertChanges, type AlertEvent } from '@iot/alerting';
import type { AlertDocument } from '@iot/mongo';
import { alertDocument } from '../core/alert-document.js';
import type { AlertsMetrics } from '../metrics.js';
import type { AlertPublisher } from './alert-topic.js';
import type { AlertStore } from './stores.js';

interface Waiting {
  readonly documents: readonly AlertDocument[];
  readonly raised: ReadonlySet<string>;
  readonly events: readonly AlertEvent[];
  /**
   * Once it is written: ids of the alerts of which the database has the same version or a later
   * one.
   */
  missed: readonly string[] | undefined;
}

/**
 * Alerts on their way to the database and the topic: those that a batch changed, by the batch's
 * partition, until they are written in both.
 */
export class AlertOutbox {
  private readonly waiting = new Map<string, Waiting>();
  private readonly inFlight = new Set<Promise<unknown>>();
  private written = new Set<string>();

  constructor(
    private readonly store: AlertStore,
    private readonly publisher: AlertPublisher,
    private readonly metrics: Pick<AlertsMetrics, 'raised' | 'resolved'>,
  ) {}

  /** Whether all is written. */
  get isEmpty(): boolean {
    for (const { missed } of this.waiting.values()) if (!missed) return false;
    return true;
  }

  put(topicPartition: string, { changed, raised, events }: AlertChanges): void {
    if (changed.size === 0) return;
    this.waiting.set(topicPartition, {
      documents: [...changed].map(alertDocument),
      raised: new Set([...raised].map(alertId)),
      events,
      missed: undefined,
    });
  }

  /**
   * Writes what waits for a partition, if anything does.
   * @returns ids of the alerts that it left as they are in the database, until {@link heardOf} is
   *   told that it is known how they are there
   * @throws BackendUnavailable when it is not written; it waits on
   */
  async write(topicPartition: string): Promise<readonly string[]> {
    const entry = this.waiting.get(topicPartition);
    if (!entry) return [];
    if (entry.missed) return entry.missed;
    for (const { device_id: deviceId } of entry.documents) this.written.add(deviceId);
    const writing = this.writeAndTell(entry);
    this.inFlight.add(writing);
    try {
      const missed = await writing;
      entry.missed = [...missed];
      if (missed.size === 0) this.heardOf(topicPartition);
      for (const document of entry.documents)
        if (!missed.has(document._id)) this.count(document, entry.raised.has(document._id));
      return entry.missed;
    } catch (error) {
      if (error instanceof BackendUnavailable) throw error;
      throw new BackendUnavailable('cannot write alerts to MongoDB', error);
    } finally {
      this.inFlight.delete(writing);
    }
  }

  private async writeAndTell({ documents, events }: Waiting): Promise<ReadonlySet<string>> {
    const missed = await this.store.write(documents);
    // Also what was there already: who wrote it may have died before it told.
    if (events.length > 0) await this.publisher.publish(events);
    return missed;
  }

  heardOf(topicPartition: string): void {
    this.waiting.delete(topicPartition);
  }

  /** Resolves when no write is on its way. What failed waits on. */
  async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.allSettled(this.inFlight);
  }

  /** Devices whose alerts were written, or may have been, since this was asked before. */
  takeWritten(): ReadonlySet<string> {
    const { written } = this;
    this.written = new Set();
    return written;
  }

  clear(): void {
    this.waiting.clear();
  }

  private count(
    { sensor_type: sensor, alert_type, severity, status }: AlertDocument,
    raised: boolean,
  ): void {
    const sensor_type = sensor ?? '';
    if (raised) this.metrics.raised.inc({ sensor_type, alert_type, severity });
    if (status === 'resolved') this.metrics.resolved.inc({ sensor_type, alert_type });
  }
}
