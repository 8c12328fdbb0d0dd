import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import {
  RethrowFilter,
  TELEMETRY_BATCHES,
  type BatchOutcome,
  type ConsumedRecord,
  type RecordBatch,
  type RecordFailure,
} from '@iot/common/kafka';
import { decodeRecord, ReadingParser } from '@iot/common/telemetry';
import { Evaluator, type Arrival } from '../output/evaluator.js';

/** Batches of `telemetry.raw` and of the group's retry topic: decode, then evaluate. */
@Controller()
@UseFilters(new RethrowFilter())
export class BatchesController {
  constructor(
    private readonly parser: ReadingParser,
    private readonly evaluator: Evaluator,
  ) {}

  @EventPattern(TELEMETRY_BATCHES)
  async handle({ topic, partition, records }: RecordBatch): Promise<BatchOutcome> {
    const arrivals: Arrival[] = [];
    const decoded: ConsumedRecord[] = [];
    const failures: RecordFailure[] = [];
    for (const record of records) {
      const { reading, undecodable } = decodeRecord(record, this.parser);
      if (undecodable) failures.push({ record, stage: 'decode', ...undecodable, permanent: true });
      else {
        arrivals.push({ reading, arrivedAt: record.timestamp });
        decoded.push(record);
      }
    }
    // Evaluation is pure: what fails once fails always, so no failure of it goes around a retry topic and out of its order.
    for (const { index, error } of await this.evaluator.evaluate(`${topic}/${partition}`, arrivals))
      failures.push({ record: decoded[index]!, stage: 'evaluate', reason: error.name, message: error.message, permanent: true });
    return { failures };
  }
}
