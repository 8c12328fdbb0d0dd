import { Controller, UseFilters } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import {
  RethrowFilter,
  TELEMETRY_BATCHES,
  type BatchOutcome,
  type RecordBatch,
  type RecordFailure,
} from '@iot/kafka';
import { decodeRecord, ReadingParser, sourceOf } from '@iot/telemetry';
import { activeTracing } from '@iot/tracing';
import type { TelemetryEvent } from '../core/event.js';
import { Aggregator } from '../flow/aggregator.js';

/** Batches of `telemetry.raw` and of the group's retry topics: decode, then store. */
@Controller()
@UseFilters(new RethrowFilter())
export class BatchesController {
  private readonly tracing = activeTracing();

  constructor(
    private readonly parser: ReadingParser,
    private readonly aggregator: Aggregator,
  ) {}

  @EventPattern(TELEMETRY_BATCHES)
  async handle({ topic, partition, records }: RecordBatch): Promise<BatchOutcome> {
    const events: TelemetryEvent[] = [];
    const decoded: RecordBatch['records'][number][] = [];
    const failures: RecordFailure[] = [];
    const now = Date.now();
    for (const record of records) {
      const { reading, undecodable } = decodeRecord(record, this.parser, now);
      if (undecodable) failures.push({ record, stage: 'decode', ...undecodable, permanent: true });
      else {
        events.push({ reading, source: sourceOf(record), receivedAt: record.receivedAt });
        decoded.push(record);
      }
    }
    const store = () => this.aggregator.store(topic, partition, events);
    const outcomes = await (this.tracing?.step(
      'store readings',
      { kind: 'internal', attributes: { readings: events.length } },
      store,
    ) ?? store());
    outcomes.forEach((outcome, i) => {
      if (typeof outcome === 'object')
        failures.push({
          record: decoded[i]!,
          stage: 'store',
          reason: outcome.reason ?? 'document_refused',
          message: outcome.refused,
          permanent: outcome.reason !== undefined,
        });
    });
    return { failures };
  }
}
