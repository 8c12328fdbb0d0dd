import { Injectable } from '@nestjs/common';
import { StoreUnwell } from '@iot/common/kafka';
import { drawFirstVersion, isStoreUnwell, MongoServerError } from '@iot/common/mongo';
import { RecomputeContention, type RollupStore } from '@iot/common/rollup';
import type { Logger } from '@iot/common/service';
import type { Config } from '../config.js';
import { summarise } from '../core/device-summary.js';
import type { PendingRows } from '../core/pending-rows.js';
import { RowCache } from '../core/row-cache.js';
import {
  settleBatch,
  writePending,
  type InsertOutcome,
  type RawStore,
  type RowCounts,
  type SettleOptions,
  type TelemetryEvent,
} from '../core/settle-batch.js';
import type { AggregatorMetrics } from '../metrics.js';
import type { DeviceStore } from './device-store.js';
import { PendingPartitions } from './pending-partitions.js';

/** Stores batches of events: raw, rollups, devices. */
@Injectable()
export class Aggregator {
  private readonly cache: RowCache;
  private readonly pending: PendingPartitions;

  /** @param commit marks everything before an offset as handled */
  constructor(
    private readonly stores: { readonly raw: RawStore; readonly rollups: RollupStore; readonly devices: DeviceStore },
    private readonly config: Pick<Config, 'windows' | 'rawRetentionMs' | 'ROW_CACHE_ROWS' | 'LARGER_WINDOWS_WRITE_MS'>,
    private readonly metrics: AggregatorMetrics,
    commit: (topic: string, partition: number, nextOffset: string) => void,
    log: Logger,
  ) {
    this.cache = new RowCache(config.ROW_CACHE_ROWS, config.windows.length);
    this.pending = new PendingPartitions({ write: (rows) => this.write(rows), commit, afterMs: config.LARGER_WINDOWS_WRITE_MS, log });
  }

  /**
   * Stores what a batch of one partition brings, but for the rows of larger windows, which are written later.
   * @returns what became of each event
   * @throws StoreUnwell when the database is unwell; the same events are to be stored again later
   */
  async store(topic: string, partition: number, events: readonly TelemetryEvent[], now: number): Promise<readonly InsertOutcome[]> {
    if (events.length === 0) return [];
    return this.pending.inTurn(topic, partition, async (pending) => {
      try {
        const settled = await settleBatch(this.stores, this.cache, pending, events, this.options(now));
        await this.stores.devices.join(summarise(events, settled.outcomes));
        this.countEvents(settled.outcomes);
        this.countRows(settled);
        return settled.outcomes;
      } catch (error) {
        // What is refused of single readings is in the outcomes. An error of the database is about rows and devices, which are no reading's fault.
        const waits = error instanceof MongoServerError || isStoreUnwell(error) || error instanceof RecomputeContention;
        throw waits ? new StoreUnwell('MongoDB', error) : error;
      }
    });
  }

  /** All before `nextOffset` is handled, but for the rows that wait: it is committed when these are written. */
  handled(topic: string, partition: number, nextOffset: string): void {
    this.pending.handled(topic, partition, nextOffset);
  }

  /** Writes all rows that wait. @throws StoreUnwell */
  finish(): Promise<void> {
    return this.pending.writeAll();
  }

  /** Forgets all that is held of rows and devices: others may have written them. */
  forget(): void {
    this.pending.forget();
    this.cache.clear();
    this.stores.devices.forget();
  }

  private async write(rows: PendingRows): Promise<void> {
    try {
      this.countRows(await writePending(this.stores, this.cache, rows, this.options(Date.now())));
    } catch (error) {
      // Whatever it is, it is no fault of the batch that comes next.
      throw new StoreUnwell('MongoDB', error);
    }
  }

  private options(now: number): SettleOptions {
    const { windows, rawRetentionMs } = this.config;
    return { windows, retainedFrom: now - rawRetentionMs, firstVersion: drawFirstVersion() };
  }

  private countEvents(outcomes: readonly InsertOutcome[]): void {
    const { metrics } = this;
    let stored = 0;
    let duplicates = 0;
    let replayed = 0;
    for (const outcome of outcomes)
      if (outcome === 'new') stored++;
      else if (outcome === 'duplicate') duplicates++;
      else if (outcome === 'replayed') replayed++;
    metrics.stored.inc(stored);
    metrics.duplicates.inc(duplicates);
    metrics.replayed.inc(replayed);
  }

  private countRows({ rowsWritten, rowsRecomputed, conflicts, leftAlone }: Readonly<RowCounts>): void {
    const { metrics } = this;
    metrics.rowsWritten.inc(rowsWritten);
    metrics.rowsRecomputed.inc(rowsRecomputed);
    metrics.conflicts.inc(conflicts);
    metrics.leftAlone.inc(leftAlone);
    metrics.cachedRows.set(this.cache.size);
    metrics.pendingRows.set(this.pending.size);
  }
}
