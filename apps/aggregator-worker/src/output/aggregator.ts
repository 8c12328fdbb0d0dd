import { Injectable } from '@nestjs/common';
import { StoreUnwell } from '@iot/common/kafka';
import { isStoreUnwell } from '@iot/common/mongo';
import { RecomputeContention, type RollupStore } from '@iot/common/rollup';
import type { Config } from '../config.js';
import { summarise } from '../core/device-summary.js';
import { RowCache } from '../core/row-cache.js';
import { settleBatch, type InsertOutcome, type RawStore, type TelemetryEvent } from '../core/settle-batch.js';
import type { AggregatorMetrics } from '../metrics.js';
import type { DeviceStore } from './device-store.js';

/** Stores batches of events: raw, rollups, devices. */
@Injectable()
export class Aggregator {
  private readonly cache: RowCache;

  constructor(
    private readonly stores: { readonly raw: RawStore; readonly rollups: RollupStore; readonly devices: DeviceStore },
    private readonly config: Pick<Config, 'windows' | 'rawRetentionMs' | 'ROW_CACHE_ROWS'>,
    private readonly metrics: AggregatorMetrics,
  ) {
    this.cache = new RowCache(config.ROW_CACHE_ROWS, config.windows.length);
  }

  /**
   * @returns what became of each event
   * @throws StoreUnwell when the database is unwell; the same events are to be stored again later
   */
  async store(events: readonly TelemetryEvent[], now: number): Promise<readonly InsertOutcome[]> {
    if (events.length === 0) return [];
    const { windows, rawRetentionMs } = this.config;
    try {
      const settled = await settleBatch(this.stores, this.cache, events, { windows, retainedFrom: now - rawRetentionMs });
      await this.stores.devices.join(summarise(events, settled.outcomes));
      this.count(settled);
      return settled.outcomes;
    } catch (error) {
      if (isStoreUnwell(error) || error instanceof RecomputeContention) throw new StoreUnwell('MongoDB', error);
      throw error;
    }
  }

  /** Forgets all cached rows and devices: others may have written them. */
  forget(): void {
    this.cache.clear();
    this.stores.devices.forget();
  }

  private count({ outcomes, rowsWritten, rowsRecomputed, conflicts, leftAlone }: Awaited<ReturnType<typeof settleBatch>>): void {
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
    metrics.rowsWritten.inc(rowsWritten);
    metrics.rowsRecomputed.inc(rowsRecomputed);
    metrics.conflicts.inc(conflicts);
    metrics.leftAlone.inc(leftAlone);
    metrics.cachedRows.set(this.cache.size);
  }
}
