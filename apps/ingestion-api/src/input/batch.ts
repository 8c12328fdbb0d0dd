import { addAll, Batch, mostValues, parseJson, readingLines, ValueLimit } from '@iot/intake';
import { printableJson, withoutSecrets } from '@iot/printable';
import { problem } from '@iot/service';
import type { Encoding } from '../core/content.js';
import type { IngestionMetrics } from '../metrics.js';
import { accepts } from './accepts.js';
import type { Exchange } from './answer.js';
import type { Handle } from './door.js';
import { envelopeOf, textOf, type Judging } from './reading.js';
import type { Receiver } from './receiver.js';
import { Refusal } from './refusal.js';

export interface BatchOptions extends Judging {
  readonly maxBodyBytes: number;
  readonly maxBatchBytes: number;
  readonly maxBatchEvents: number;
  readonly metrics: Pick<IngestionMetrics, 'batchSize' | 'rejected'>;
}

/** `POST /ingest/batch`: an array of readings, or one a line. */
export class BatchRoute {
  /** Values that a body may have. */
  private readonly maxValues: number;

  constructor(
    private readonly receiver: Receiver,
    private readonly options: BatchOptions,
  ) {
    this.maxValues = mostValues(options.maxBatchEvents, options.parser);
  }

  readonly handle: Handle = (exchange) => {
    const { receiver } = this;
    const { maxBodyBytes } = this.options;
    const { encoding, format } =
      accepts(receiver, exchange, ['json', 'ndjson'], maxBodyBytes) ?? {};
    if (!encoding) return;
    if (exchange.request.headers['idempotency-key'] !== undefined)
      return receiver.fail(exchange, oneKeyForMany());
    if (format === 'json') this.readArray(exchange, encoding);
    else this.readLines(exchange, encoding);
  };

  private readArray(exchange: Exchange, encoding: Encoding): void {
    const { maxBatchBytes: limit, maxBatchEvents } = this.options;
    const pieces: Buffer[] = [];
    this.receiver.receive(exchange, {
      encoding,
      limit,
      readings: maxBatchEvents,
      values: new ValueLimit(this.maxValues, 'json'),
      take: (piece) => void pieces.push(piece),
      whole: (hold) => {
        const items = parseJson(textOf(pieces));
        if (!Array.isArray(items)) throw noArray();
        const batch = this.newBatch(exchange);
        addAll(batch, items, maxBatchEvents);
        hold.release();
        this.produce(exchange, batch);
      },
    });
  }

  private readLines(exchange: Exchange, encoding: Encoding): void {
    const { maxBatchBytes: limit, maxBatchEvents } = this.options;
    const batch = this.newBatch(exchange);
    const lines = readingLines(batch, this.options);
    this.receiver.receive(exchange, {
      encoding,
      limit,
      readings: maxBatchEvents,
      values: new ValueLimit(this.maxValues, 'ndjson'),
      // Of what has been parsed the records stay, and they are about as long as their lines.
      take: (piece) => lines.push(piece),
      whole: (hold) => {
        lines.end();
        hold.release();
        this.produce(exchange, batch);
      },
    });
  }

  private newBatch(exchange: Exchange): Batch {
    const { parser, quota, newEventId } = this.options;
    const receivedAt = Date.now();
    const envelope = envelopeOf(exchange, receivedAt);
    const { grant } = exchange;
    return new Batch({ parser, quota, newEventId, receivedAt, envelope, grant });
  }

  /** @throws Refusal when there are no readings */
  private produce(exchange: Exchange, batch: Batch): void {
    const { metrics } = this.options;
    if (batch.size === 0) throw new Refusal('empty', 400, 'The batch has no readings.');
    metrics.batchSize.observe(batch.size);
    const { records, errors, omitted, rejected, invalid, overQuota, forbidden } = batch;
    const list = { errors, ...(omitted > 0 && { errors_omitted: omitted }) };
    if (invalid > 0) metrics.rejected.inc({ reason: 'invalid' }, invalid);
    if (forbidden > 0) metrics.rejected.inc({ reason: 'forbidden' }, forbidden);
    if (overQuota > 0) metrics.rejected.inc({ reason: 'quota' }, overQuota);
    if (rejected > 0) {
      const reason = invalid > 0 ? 'invalid' : forbidden > 0 ? 'forbidden' : 'quota';
      const message = `${rejected} of ${batch.size} readings`;
      this.receiver.note(exchange, { reason, about: batch.about, errors, message });
    }
    if (records.length > 0) {
      const counts = { status: 'queued', accepted: records.length, rejected, ...list };
      this.receiver.produce(exchange, records, () =>
        withoutSecrets(printableJson(JSON.stringify(counts))),
      );
    } else if (forbidden === rejected)
      this.receiver.refuse(exchange, problem(403, 'The key is for none of these devices.', list));
    else if (overQuota === rejected)
      this.receiver.refuse(
        exchange,
        problem(429, 'Every device of the batch is over its quota.', list),
        { 'retry-after': String(batch.retryAfter) },
      );
    else this.receiver.refuse(exchange, problem(400, 'No reading of the batch is valid.', list));
  }
}

const oneKeyForMany = (): Refusal =>
  new Refusal(
    'bad_idempotency_key',
    400,
    'Idempotency-Key names a single reading; in a batch give each reading its own event_id.',
  );

const noArray = (): Refusal =>
  new Refusal(
    'wrong_shape',
    400,
    'The body must be a JSON array of readings, or NDJSON with Content-Type application/x-ndjson.',
  );
