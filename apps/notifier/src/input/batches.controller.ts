import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { decodeAlertEvent } from '@iot/alerting';
import {
  RethrowFilter,
  TELEMETRY_BATCHES,
  type BatchOutcome,
  type ConsumedRecord,
  type RecordBatch,
  type RecordFailure,
} from '@iot/kafka';
import { isDatabaseUnavailable } from '@iot/mongo';
import { BackendUnavailable } from '@iot/resilience';
import { toldAlert, type Told } from '../core/told-alert.js';
import { Intake } from '../flow/intake.js';

/** Batches of `telemetry.alerts`: decode, then put into the groups of the routes. */
@Controller()
@UseFilters(new RethrowFilter())
export class BatchesController {
  constructor(private readonly intake: Intake) {}

  @EventPattern(TELEMETRY_BATCHES)
  async handle({ records }: RecordBatch): Promise<BatchOutcome> {
    const failures: RecordFailure[] = [];
    const changes = records.flatMap((record) => this.decoded(record, failures));
    try {
      await this.intake.take(changes, Date.now());
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      throw new BackendUnavailable('cannot store alerts of groups in MongoDB', error);
    }
    return { failures };
  }

  private decoded(record: ConsumedRecord, failures: RecordFailure[]): Told[] {
    try {
      return [toldAlert(decodeAlertEvent(record.value ?? ''))];
    } catch (error) {
      const { message } = error as Error;
      failures.push({ record, stage: 'decode', reason: 'invalid_event', message, permanent: true });
      return [];
    }
  }
}
