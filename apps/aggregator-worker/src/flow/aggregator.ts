import { Injectable } from '@nestjs/common';
import { BackendUnavailable } from '@iot/resilience';
import { drawFirstVersion, isDatabaseUnavailable, MongoServerError } from '@iot/mongo';
import { NotInForce, RecomputeContention, type Standing } from '@iot/rollup';
import type { Logger } from '@iot/service';
import type { AggregatorConfig } from '../config.js';
import { summarise } from '../core/device-summary.js';
import type { PendingRows } from '../core/pending-rows.js';
import { RowCache } from '../core/row-cache.js';
import type { InsertOutcome, Refusal, TelemetryEvent } from '../core/event.js';
import {
  NotRecomputable,
  settleBatch,
  writePending,
  type RowCounts,
  type SettleOptions,
} from '../core/settle-batch.js';
import { takenEvents } from '../core/taken-events.js';
import type { AggregatorMetrics } from '../metrics.js';
import type { Stores } from '../output/joined-stores.js';
import { PendingPartitions } from './pending-partitions.js';

/** Keeps the offsets of the consumer group. */
export interface OffsetKeeper {
  /** Marks everything before an offset as handled. */
  commit(topic: string, partition: number, nextOffset: string): void;
  /** Goes back to the committed offsets. */
  startOver(reason: string): void;
}

/** Stores batches of events: raw, rollups, devices. */
@Injectable()
export class Aggregator {
  private readonly cache: RowCache;
  private readonly pending: PendingPartitions;
  private readonly settling: Omit<SettleOptions, 'firstVersion'>;

  /**
   * @param standing what rows may be built upon; throws NotInForce while another configuration is
   * in force
   */
  constructor(
    private readonly stores: Stores,
    config: Pick<AggregatorConfig, 'windows' | 'ROW_CACHE_ROWS' | 'LARGER_WINDOWS_WRITE_MS'>,
    standing: () => Standing,
    private readonly consumer: OffsetKeeper,
    private readonly metrics: AggregatorMetrics,
    log: Logger,
  ) {
    this.settling = { windows: config.windows, standing };
    this.cache = new RowCache(config.ROW_CACHE_ROWS, config.windows.length);
    const commit: OffsetKeeper['commit'] = (topic, partition, nextOffset) =>
      this.commit(topic, partition, nextOffset);
    this.pending = new PendingPartitions({
      write: (rows) => this.write(rows),
      commit,
      afterMs: config.LARGER_WINDOWS_WRITE_MS,
      log,
    });
  }

  /**
   * Stores what a batch of one partition brings, but for the rows of larger windows, which are
   * written later.
   * @returns what became of each event
   * @throws BackendUnavailable when the database is unwell; the same events are to be stored again
   *   later
   */
  async store(
    topic: string,
    partition: number,
    events: readonly TelemetryEvent[],
  ): Promise<readonly InsertOutcome[]> {
    if (events.length === 0) return [];
    return this.pending.inTurn(topic, partition, async (pending) => {
      try {
        const { windows, standing } = this.settling;
        const taken = await takenEvents(this.stores.raw, events, windows, standing());
        const settled = await settleBatch(
          this.stores,
          this.cache,
          pending,
          taken.events,
          this.options(),
        );
        await this.stores.devices.join(summarise(taken.events, settled.outcomes));
        this.countEvents(settled.outcomes);
        this.countRows(settled);
        return withRefused(settled.outcomes, taken.refused);
      } catch (error) {
        if (error instanceof NotInForce) throw new BackendUnavailable('the configuration', error);
        // What is refused of single readings is in the outcomes. An error of the database is about
        // rows and devices, which are no reading's fault.
        const unwell = error instanceof MongoServerError || isDatabaseUnavailable(error);
        const waits =
          unwell || error instanceof RecomputeContention || error instanceof NotRecomputable;
        throw waits ? new BackendUnavailable('MongoDB', error) : error;
      }
    });
  }

  /**
   * All before `nextOffset` is handled, but for the rows that wait: it is committed when these are
   * written.
   */
  handled(topic: string, partition: number, nextOffset: string): void {
    this.pending.handled(topic, partition, nextOffset);
  }

  /** Writes all rows that wait. @throws BackendUnavailable */
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
      this.countRows(await writePending(this.stores, this.cache, rows, this.options()));
    } catch (error) {
      if (error instanceof NotRecomputable) this.consumer.startOver(error.message);
      // Whatever it is, it is no fault of the batch that comes next.
      throw new BackendUnavailable('MongoDB', error);
    }
  }

  /**
   * What was handled under a configuration that is no longer in force is left to those that have
   * the new one.
   */
  private commit(topic: string, partition: number, nextOffset: string): void {
    try {
      this.settling.standing();
    } catch {
      return;
    }
    this.consumer.commit(topic, partition, nextOffset);
  }

  private options(): SettleOptions {
    return { ...this.settling, firstVersion: drawFirstVersion() };
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

  private countRows({ rowsWritten, rowsRecomputed, conflicts }: Readonly<RowCounts>): void {
    const { metrics } = this;
    metrics.rowsWritten.inc(rowsWritten);
    metrics.rowsRecomputed.inc(rowsRecomputed);
    metrics.conflicts.inc(conflicts);
    metrics.cachedRows.set(this.cache.size);
    metrics.pendingRows.set(this.pending.size);
  }
}

/** The outcomes of a whole batch: of those that were taken, in order, and of the others. */
function withRefused(
  outcomes: readonly InsertOutcome[],
  refused: ReadonlyMap<number, Refusal>,
): readonly InsertOutcome[] {
  if (refused.size === 0) return outcomes;
  const taken = outcomes.values();
  return Array.from(
    { length: outcomes.length + refused.size },
    (_, at) => refused.get(at) ?? taken.next().value!,
  );
}
