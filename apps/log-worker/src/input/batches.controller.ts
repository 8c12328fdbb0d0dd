import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { RethrowFilter, TELEMETRY_BATCHES, type BatchOutcome, type RecordBatch } from '@iot/kafka';
import { Keeping } from '../flow/keeping.js';

/** Batches of `telemetry.logs`. */
@Controller()
@UseFilters(new RethrowFilter())
export class BatchesController {
  constructor(private readonly keeping: Keeping) {}

  /** What is thrown makes the partition wait; no record is set aside. */
  @EventPattern(TELEMETRY_BATCHES)
  async handle({ records }: RecordBatch): Promise<BatchOutcome> {
    await this.keeping.keep(records, new Date());
    return { failures: [] };
  }
}
