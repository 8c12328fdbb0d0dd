import { activeTracing, during, type Tracing } from '@iot/tracing';
import type { RecordBatch } from './batch.js';
import { headerText } from './headers.js';

type Traced = Pick<RecordBatch, 'topic' | 'partition' | 'records'>;

/**
 * Spans of the batches that a group handles: one for a batch, whatever it holds, with links to the
 * spans that produced it.
 */
export class BatchTraces {
  constructor(
    private readonly tracing: Tracing,
    private readonly group: string,
  ) {}

  /** Undefined where the process keeps no traces. */
  static ofProcess(group: string): BatchTraces | undefined {
    const tracing = activeTracing();
    return tracing && new BatchTraces(tracing, group);
  }

  /** @param handle what the batch is handled by, and what it does belongs to the span */
  async of(batch: Traced, handle: () => Promise<void>): Promise<void> {
    const span = this.tracing.start(`process ${batch.topic}`, {
      kind: 'consumer',
      links: traceparents(batch),
      attributes: {
        'messaging.system': 'kafka',
        'messaging.operation.name': 'process',
        'messaging.operation.type': 'process',
        'messaging.destination.name': batch.topic,
        'messaging.destination.partition.id': String(batch.partition),
        'messaging.consumer.group.name': this.group,
        'messaging.batch.message_count': batch.records.length,
        'messaging.kafka.offset': Number(batch.records[0]!.at.offset),
      },
    });
    return span ? during(this.tracing, span, handle) : handle();
  }
}

function* traceparents({ records }: Traced): Generator<string | undefined> {
  for (const { headers } of records) yield headerText(headers, 'traceparent');
}
