import { aboutReading, MAX_READING_VALUES, parseJson, recordOf, ValueLimit } from '@iot/intake';
import type { FieldError } from '@iot/telemetry';
import { eventIdOf } from '../core/content.js';
import { accepts } from './accepts.js';
import type { Exchange } from './answer.js';
import type { Handle } from './door.js';
import { envelopeOf, textOf, type Judging } from './reading.js';
import type { Receiver } from './receiver.js';
import { outOfScope, Refusal } from './refusal.js';

export interface SingleOptions extends Judging {
  readonly maxBodyBytes: number;
}

/** `POST /ingest`: one reading. */
export function singleRoute(receiver: Receiver, options: SingleOptions): Handle {
  const limit = options.maxBodyBytes;
  return (exchange) => {
    const { encoding } = accepts(receiver, exchange, ['json'], limit) ?? {};
    if (!encoding) return;
    const pieces: Buffer[] = [];
    receiver.receive(exchange, {
      encoding,
      limit,
      readings: 1,
      values: new ValueLimit(MAX_READING_VALUES, 'json'),
      take: (piece) => void pieces.push(piece),
      whole: (hold) => {
        hold.release();
        produce(receiver, exchange, textOf(pieces), options);
      },
    });
  };
}

/** @throws Refusal, PayloadRefused */
function produce(
  receiver: Receiver,
  exchange: Exchange,
  text: string,
  { parser, newEventId, quota }: SingleOptions,
): void {
  const body = parseJson(text);
  if (Array.isArray(body))
    throw new Refusal('wrong_shape', 400, 'The body is an array; POST /ingest/batch takes arrays.');
  const key = exchange.request.headers['idempotency-key'] as string | undefined;
  if (key !== undefined) applyIdempotencyKey(body, key);
  const receivedAt = Date.now();
  const { reading, errors } = parser.parse(body, receivedAt, newEventId);
  if (errors) throw invalid(errors, body);
  const { deviceId, eventId } = reading;
  if (exchange.grant?.allows(deviceId, receivedAt) === false) throw outOfScope(deviceId);
  const wait = quota?.take(deviceId, receivedAt) ?? 0;
  if (wait > 0)
    throw new Refusal('quota', 429, `Device ${deviceId} is over its quota.`, {
      headers: { 'retry-after': String(wait) },
      about: { device_id: deviceId, event_id: eventId },
    });
  const record = recordOf(reading, envelopeOf(exchange, receivedAt));
  // Both ids are of characters that JSON does not escape.
  receiver.produce(
    exchange,
    [record],
    () => `{"status":"queued","device_id":"${deviceId}","event_id":"${eventId}"}`,
  );
}

const invalid = (errors: readonly FieldError[], body: unknown): Refusal =>
  new Refusal('invalid', 400, 'The reading is not valid.', { errors, about: aboutReading(body) });

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
      { errors: [{ field: 'event_id', message: 'differs from the Idempotency-Key' }] },
    );
  reading.event_id = id;
}
