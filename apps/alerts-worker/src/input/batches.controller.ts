import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import {
  RethrowFilter,
  TELEMETRY_BATCHES,
  type BatchOutcome,
  type ConsumedRecord,
  type RecordBatch,
  type RecordFailure,
} from '@iot/kafka';
import { decodeRecord, ReadingParser, type Reading } from '@iot/telemetry';
import { Evaluator } from '../flow/evaluator.js';

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
    const undecodable: RecordFailure[] = [];
    const failed = await this.evaluator.evaluate(
      `${topic}/${partition}`,
      this.decode(records, undecodable),
    );
    // Evaluation is pure: what fails once fails always, so no failure of it goes around a retry
    // topic and out of its order.
    const unevaluated = failed.map(
      ({ arrival: { record }, error: { name, message } }): RecordFailure => ({
        record,
        stage: 'evaluate',
        reason: name,
        message,
        permanent: true,
      }),
    );
    return { failures: [...undecodable, ...unevaluated] };
  }

  private *decode(
    records: readonly ConsumedRecord[],
    failures: RecordFailure[],
  ): Generator<{ reading: Reading; record: ConsumedRecord }, undefined> {
    const now = Date.now();
    for (const record of records) {
      const { reading, undecodable } = decodeRecord(record, this.parser, now);
      if (undecodable) failures.push({ record, stage: 'decode', ...undecodable, permanent: true });
      else yield { reading, record };
    }
    return undefined;
  }
}
