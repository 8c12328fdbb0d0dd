import { BackendUnavailable } from '@iot/resilience';
import type { AlertDocument } from '@iot/mongo';
import { alertDocument, alertId } from '../core/alert-document.js';
import type { AlertChanges } from '../core/alert-changes.js';
import type { AlertsMetrics } from '../metrics.js';
import type { AlertStore } from './stores.js';

interface Waiting {
  readonly documents: readonly AlertDocument[];
  readonly raised: ReadonlySet<string>;
  /**
   * Once it is written: ids of the alerts of which the database has the same version or a later
   * one.
   */
  missed: readonly string[] | undefined;
}

/**
 * Alerts on their way to the database: those that a batch changed, by the batch's partition, until
 * they are written.
 */
export class AlertOutbox {
  private readonly waiting = new Map<string, Waiting>();
  private readonly inFlight = new Set<Promise<unknown>>();
  private written = new Set<string>();

  constructor(
    private readonly store: AlertStore,
    private readonly metrics: Pick<AlertsMetrics, 'raised' | 'resolved'>,
  ) {}

  /** Whether all is written. */
  get isEmpty(): boolean {
    for (const { missed } of this.waiting.values()) if (!missed) return false;
    return true;
  }

  put(topicPartition: string, { changed, raised }: AlertChanges): void {
    if (changed.size === 0) return;
    this.waiting.set(topicPartition, {
      documents: [...changed].map(alertDocument),
      raised: new Set([...raised].map(alertId)),
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
    const writing = this.store.write(entry.documents);
    this.inFlight.add(writing);
    try {
      const missed = await writing;
      entry.missed = [...missed];
      if (missed.size === 0) this.heardOf(topicPartition);
      for (const document of entry.documents)
        if (!missed.has(document._id)) this.count(document, entry.raised.has(document._id));
      return entry.missed;
    } catch (error) {
      throw new BackendUnavailable('cannot write alerts to MongoDB', error);
    } finally {
      this.inFlight.delete(writing);
    }
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
    { sensor_type: sensorType, alert_type, severity, status }: AlertDocument,
    raised: boolean,
  ): void {
    if (raised) this.metrics.raised.inc({ sensor_type: sensorType, alert_type, severity });
    if (status === 'resolved') this.metrics.resolved.inc({ sensor_type: sensorType, alert_type });
  }
}
