import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import {
  RethrowFilter,
  TELEMETRY_BATCHES,
  type BatchOutcome,
  type RecordBatch,
  type RecordFailure,
} from '@iot/kafka';
import { decodeRecord, ReadingParser, type Reading } from '@iot/telemetry';
import { tally } from '../core/tally.js';
import type { LogicMetrics } from '../metrics.js';

export const METRICS = Symbol('LogicMetrics');

/** Batches of `telemetry.raw` and of the group's retry topics. */
@Controller()
@UseFilters(new RethrowFilter())
export class BatchesController {
  constructor(
    private readonly parser: ReadingParser,
    @Inject(METRICS) private readonly metrics: LogicMetrics,
  ) {}

  /** What is thrown makes the partition wait; what is returned sets records aside. */
  @EventPattern(TELEMETRY_BATCHES)
  handle({ records }: RecordBatch): BatchOutcome {
    const failures: RecordFailure[] = [];
    const readings: Reading[] = [];
    const now = Date.now();
    for (const record of records) {
      const { reading, undecodable } = decodeRecord(record, this.parser, now);
      if (undecodable) failures.push({ record, stage: 'decode', ...undecodable, permanent: true });
      else readings.push(reading);
    }
    for (const [sensor_type, values] of tally(readings))
      this.metrics.values.inc({ sensor_type }, values);
    return { failures };
  }
}
