import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { ProgramTable } from '@iot/logic';
import {
  RethrowFilter,
  TELEMETRY_BATCHES,
  type BatchOutcome,
  type ConsumedRecord,
  type RecordBatch,
} from '@iot/kafka';
import { decodeRecord, DEVICE_ID, ReadingParser } from '@iot/telemetry';
import type { Arrival } from '../core/arrival.js';
import { dataOf } from '../core/data.js';
import { Runner } from '../flow/runner.js';
import { ProgramUpdates } from './program-updates.js';

/** Batches of `telemetry.raw` and of the group's retry topic. */
@Controller()
@UseFilters(new RethrowFilter())
export class BatchesController {
  constructor(
    private readonly parser: ReadingParser,
    private readonly programs: ProgramUpdates,
    private readonly runner: Runner,
  ) {}

  @EventPattern(TELEMETRY_BATCHES)
  async handle({ records, isRetry }: RecordBatch): Promise<BatchOutcome> {
    const table = this.programs.table();
    if (table.size === 0) return { failures: [] };
    const failures = await this.runner.handle(this.arrivals(records, isRetry, table), table);
    return { failures };
  }

  /** Those whose machine has a program. The others are not looked into. */
  private arrivals(
    records: readonly ConsumedRecord[],
    isRetry: boolean,
    table: ProgramTable,
  ): Arrival[] {
    const arrivals: Arrival[] = [];
    const now = Date.now();
    for (const record of records) {
      const machine = record.key?.toString('latin1') ?? '';
      // A key that is no device id begins as a pattern may, and is no machine's.
      if (!table.of(machine) || !DEVICE_ID.test(machine)) continue;
      const { topic, partition, offset } = record;
      const { reading, undecodable } = decodeRecord(record, this.parser, now);
      arrivals.push({
        machine,
        at: `${topic}/${partition}`,
        offset: Number(offset),
        // What somebody wrote to the retry topic is there for the first time.
        redriven: isRetry && topic !== record.at.topic,
        record,
        reading: reading && {
          eventId: reading.eventId,
          ts: reading.ts,
          input: { data: dataOf(reading), receivedAt: record.receivedAt },
        },
        failure: undecodable && { stage: 'decode', ...undecodable },
      });
    }
    return arrivals;
  }
}
