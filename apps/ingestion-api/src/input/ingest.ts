/* Long because the hot path of a request stands in one place, without calls between files. */

import {
  addAll,
  Batch,
  envelope,
  MAX_LISTED_ERRORS,
  MAX_READING_VALUES,
  mostValues,
  parseJson,
  PayloadRefused,
  readingLines,
  recordOf,
  ValueLimit,
  type Format,
  type Quota,
} from '@iot/intake';
import { NotProduced, type OutgoingRecord } from '@iot/kafka';
import { printableJson } from '@iot/printable';
import { problem, type Logger } from '@iot/service';
import type { FieldError, NewEventId, ReadingParser } from '@iot/telemetry';
import { encodingOf, eventIdOf, formatOf, type Encoding } from '../core/content.js';
import type { IngestionMetrics } from '../metrics.js';
import { answer, answerProblem, type Exchange } from './answer.js';
import { Hold, PIECE_BYTES, type ArrivingBodies } from './arriving.js';
import { readBody } from './body.js';
import { bufferFull, Refusal, tooManyValues } from './refusal.js';

/** What the two routes need. */
export interface IngestOptions {
  readonly parser: ReadingParser;
  readonly producer: { send(records: readonly OutgoingRecord[]): Promise<void> };
  readonly arriving: ArrivingBodies;
  readonly metrics: IngestionMetrics;
  readonly log: Logger;
  readonly newEventId: NewEventId;
  readonly quota?: Quota | undefined;
  readonly maxBodyBytes: number;
  readonly maxBatchBytes: number;
  readonly maxBatchEvents: number;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** `POST /ingest` and `POST /ingest/batch`: body → readings → Kafka → answer. */
export class Ingest {
  /** Once true, answers ask clients to close their connections. */
  stopping = false;
  private readonly now: () => number;
  /** Values that a body may have: those of its readings, with room for what is wrong with some. */
  private readonly maxBatchValues: number;

  constructor(private readonly options: IngestOptions) {
    this.now = options.now ?? Date.now;
    this.maxBatchValues = mostValues(options.maxBatchEvents, options.parser);
  }

  readonly single = (exchange: Exchange): void => {
    const { maxBodyBytes, arriving } = this.options;
    const hold = new Hold(arriving);
    const { encoding } = this.accepts(exchange, ['json']) ?? {};
    if (!encoding) return;
    const chunks: Buffer[] = [];
    const values = new ValueLimit(MAX_READING_VALUES, 'json');
    const take = (chunk: Buffer): void => {
      hold.take(chunk.length + PIECE_BYTES);
      if (!values.add(chunk)) throw tooManyValues(1);
      chunks.push(chunk);
    };
    readBody(exchange.request, { encoding, limit: maxBodyBytes, hold, take }, (error) => {
      try {
        if (error) throw error;
        hold.release();
        this.acceptSingle(exchange, textOf(chunks));
      } catch (failure) {
        this.fail(exchange, failure);
      } finally {
        hold.release();
      }
    });
  };

  readonly batch = (exchange: Exchange): void => {
    const { encoding, format } = this.accepts(exchange, ['json', 'ndjson']) ?? {};
    if (!encoding) return;
    if (exchange.request.headers['idempotency-key'] !== undefined)
      return this.fail(
        exchange,
        new Refusal(
          'bad_idempotency_key',
          400,
          'Idempotency-Key names a single reading; in a batch give each reading its own event_id.',
        ),
      );
    if (format === 'json') this.readArray(exchange, encoding);
    else this.readLines(exchange, encoding);
  };

  private acceptSingle(exchange: Exchange, text: string): void {
    const { parser, newEventId, quota } = this.options;
    const { headers } = exchange.request;
    const body = parseJson(text);
    if (Array.isArray(body))
      throw new Refusal(
        'wrong_shape',
        400,
        'The body is an array; POST /ingest/batch takes arrays.',
      );
    const key = headers['idempotency-key'] as string | undefined;
    if (key !== undefined) applyIdempotencyKey(body, key);
    const receivedAt = this.now();
    const { reading, errors } = parser.parse(body, receivedAt, newEventId);
    if (errors) throw invalid(errors);
    const wait = quota?.take(reading.deviceId, receivedAt) ?? 0;
    if (wait > 0)
      throw new Refusal('quota', 429, `Device ${reading.deviceId} is over its quota.`, {
        headers: { 'retry-after': String(wait) },
      });
    const record = recordOf(
      reading,
      envelope(receivedAt, headers['traceparent'] as string | undefined),
    );
    // Both ids are of characters that JSON does not escape.
    this.produce(
      exchange,
      [record],
      () => `{"status":"queued","device_id":"${reading.deviceId}","event_id":"${reading.eventId}"}`,
    );
  }

  private readArray(exchange: Exchange, encoding: Encoding): void {
    const { maxBatchBytes, maxBatchEvents, arriving } = this.options;
    const hold = new Hold(arriving);
    const chunks: Buffer[] = [];
    const values = new ValueLimit(this.maxBatchValues, 'json');
    const take = (chunk: Buffer): void => {
      hold.take(chunk.length + PIECE_BYTES);
      if (!values.add(chunk)) throw tooManyValues(maxBatchEvents);
      chunks.push(chunk);
    };
    readBody(exchange.request, { encoding, limit: maxBatchBytes, hold, take }, (error) => {
      try {
        if (error) throw error;
        const items = parseJson(textOf(chunks));
        if (!Array.isArray(items))
          throw new Refusal(
            'wrong_shape',
            400,
            'The body must be a JSON array of readings, or NDJSON with Content-Type application/x-ndjson.',
          );
        const batch = this.newBatch(exchange);
        addAll(batch, items, maxBatchEvents);
        hold.release();
        this.acceptBatch(exchange, batch);
      } catch (failure) {
        this.fail(exchange, failure);
      } finally {
        hold.release();
      }
    });
  }

  private readLines(exchange: Exchange, encoding: Encoding): void {
    const { maxBodyBytes, maxBatchBytes, maxBatchEvents, arriving } = this.options;
    const hold = new Hold(arriving);
    const values = new ValueLimit(this.maxBatchValues, 'ndjson');
    const batch = this.newBatch(exchange);
    const lines = readingLines(batch, { maxBodyBytes, maxBatchEvents });
    const take = (chunk: Buffer): void => {
      // Of what has been parsed the records stay, and they are about as long as their lines.
      hold.take(chunk.length + PIECE_BYTES);
      if (!values.add(chunk)) throw tooManyValues(maxBatchEvents);
      lines.push(chunk);
    };
    readBody(exchange.request, { encoding, limit: maxBatchBytes, hold, take }, (error) => {
      try {
        if (error) throw error;
        lines.end();
        hold.release();
        this.acceptBatch(exchange, batch);
      } catch (failure) {
        this.fail(exchange, failure);
      } finally {
        hold.release();
      }
    });
  }

  private newBatch({ request: { headers } }: Exchange): Batch {
    const { parser, quota, newEventId } = this.options;
    const receivedAt = this.now();
    return new Batch({
      parser,
      quota,
      newEventId,
      receivedAt,
      envelope: envelope(receivedAt, headers['traceparent'] as string | undefined),
    });
  }

  private acceptBatch(exchange: Exchange, batch: Batch): void {
    const { metrics } = this.options;
    if (batch.size === 0) throw new Refusal('empty', 400, 'The batch has no readings.');
    metrics.batchSize.observe(batch.size);
    const { records, errors, omitted } = batch;
    const list = { errors, ...(omitted > 0 && { errors_omitted: omitted }) };
    if (batch.invalid > 0) metrics.rejected.inc({ reason: 'invalid' }, batch.invalid);
    if (batch.overQuota > 0) metrics.rejected.inc({ reason: 'quota' }, batch.overQuota);
    const counts = (accepted: number): string =>
      printableJson(
        JSON.stringify({ status: 'queued', accepted, rejected: batch.rejected, ...list }),
      );
    if (records.length > 0) return this.produce(exchange, records, () => counts(records.length));
    const onlyQuota = batch.invalid === 0;
    const refused = onlyQuota
      ? problem(429, 'Every device of the batch is over its quota.', list)
      : problem(400, 'No reading of the batch is valid.', list);
    answerProblem(exchange, refused, {
      ...this.closing(),
      ...(onlyQuota && { 'retry-after': String(batch.retryAfter) }),
    });
  }

  private produce(
    exchange: Exchange,
    records: readonly OutgoingRecord[],
    body: () => string,
  ): void {
    const { producer, metrics } = this.options;
    producer.send(records).then(
      () => {
        metrics.accepted.inc(records.length);
        answer(exchange, 202, body(), this.closing());
      },
      (error: unknown) => this.fail(exchange, error, records.length),
    );
  }

  /** What the headers say of the body; undefined when that is refused, and answered. */
  private accepts(
    exchange: Exchange,
    formats: readonly Format[],
  ): { format: Format; encoding: Encoding } | undefined {
    const { headers } = exchange.request;
    const format = formatOf(headers['content-type']);
    const encoding = encodingOf(headers['content-encoding']);
    if (format && encoding && formats.includes(format)) return { format, encoding };
    const takes = formats.includes('ndjson')
      ? 'application/json or application/x-ndjson'
      : 'application/json';
    const refusal = encoding
      ? new Refusal('unsupported_media_type', 415, `Content-Type must be ${takes}, in UTF-8.`, {
          headers: { 'accept-post': takes.replace(' or ', ', ') },
        })
      : new Refusal(
          'unsupported_media_type',
          415,
          'Content-Encoding must be gzip, deflate, br or none.',
          {
            headers: { 'accept-encoding': 'gzip, deflate, br' },
          },
        );
    const { maxBodyBytes, arriving } = this.options;
    const nowhere = {
      encoding: 'identity',
      limit: maxBodyBytes,
      hold: new Hold(arriving),
      take: () => undefined,
    } as const;
    readBody(exchange.request, nowhere, () => undefined);
    this.fail(exchange, refusal);
    return undefined;
  }

  private fail(exchange: Exchange, error: unknown, readings = 1): void {
    const refusal =
      error instanceof Refusal
        ? error
        : error instanceof PayloadRefused
          ? payloadRefused(error)
          : error instanceof NotProduced
            ? notProduced(error)
            : undefined;
    if (refusal) {
      this.options.metrics.rejected.inc({ reason: refusal.reason }, readings);
      return answerProblem(exchange, refusal.problem, {
        ...this.closing(),
        ...refusal.options.headers,
      });
    }
    this.options.log.error({ err: error }, 'ingest failed');
    answerProblem(
      exchange,
      problem(500, 'The server could not handle the request; it is logged there.'),
      this.closing(),
    );
  }

  private closing(): Record<string, string> | undefined {
    return this.stopping ? { connection: 'close' } : undefined;
  }
}

const textOf = (chunks: Buffer[]): string =>
  (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8');

function invalid(errors: readonly FieldError[]): Refusal {
  const omitted = errors.length - MAX_LISTED_ERRORS;
  const extensions = omitted > 0 ? { errors_omitted: omitted } : {};
  return new Refusal('invalid', 400, 'The reading is not valid.', {
    errors: errors.slice(0, MAX_LISTED_ERRORS),
    extensions,
  });
}

function applyIdempotencyKey(body: unknown, key: string): void {
  const id = eventIdOf(key);
  if (id === undefined)
    throw new Refusal(
      'bad_idempotency_key',
      400,
      'Idempotency-Key must be 1–64 characters of A-Z a-z 0-9 . _ : -',
    );
  if (typeof body !== 'object' || body === null) return;
  const reading = body as { event_id?: unknown };
  if (reading.event_id !== undefined && reading.event_id !== id)
    throw new Refusal(
      'bad_idempotency_key',
      400,
      'Idempotency-Key and event_id differ; send one of them.',
      {
        errors: [{ field: 'event_id', message: 'differs from the Idempotency-Key' }],
      },
    );
  reading.event_id = id;
}

const payloadRefused = ({ reason, message }: PayloadRefused): Refusal =>
  new Refusal(reason, reason === 'too_many' ? 413 : 400, message);

function notProduced({ reason }: NotProduced): Refusal {
  if (reason === 'buffer_full') return bufferFull();
  const detail =
    reason === 'closed'
      ? 'The server is shutting down. Send it again.'
      : 'Kafka did not acknowledge in time. Send it again: with an event_id or a ts that is harmless.';
  return new Refusal(reason, 503, detail, { headers: { 'retry-after': '1' } });
}
