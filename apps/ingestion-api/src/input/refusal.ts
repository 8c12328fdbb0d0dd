import { PayloadRefused, type AboutReading } from '@iot/intake';
import { NotProduced } from '@iot/kafka';
import { problem, type Problem } from '@iot/service';
import type { FieldError } from '@iot/telemetry';
import type { RejectReason } from '../metrics.js';

/** A request that is not accepted: its answer, and the reason that metrics count. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly problem: Problem;

  constructor(
    readonly reason: RejectReason,
    status: number,
    detail: string,
    readonly options: {
      errors?: readonly FieldError[];
      headers?: Record<string, string>;
      /** The reading that it is about. */
      about?: AboutReading;
    } = {},
  ) {
    super(detail);
    const { errors } = options;
    this.problem = problem(status, detail, errors && { errors });
  }
}

export const tooLarge = (limit: number): Refusal =>
  new Refusal(
    'too_large',
    413,
    `The body is larger than ${limit} bytes, counted after inflation. Send less at once.`,
  );

export const bufferFull = (): Refusal =>
  new Refusal(
    'buffer_full',
    503,
    'The server holds as much as it may until Kafka takes it. Send it again later.',
    {
      headers: { 'retry-after': '1' },
    },
  );

export const stalled = (): Refusal =>
  new Refusal('stalled', 408, 'The body came too slowly, or stopped. Send it again.', {
    headers: { connection: 'close' },
  });

export const tooManyValues = (readings: number): Refusal =>
  new Refusal(
    'too_many',
    413,
    `The body has more values than ${readings === 1 ? 'a reading' : `${readings} readings`} can have.`,
  );

export const badEncoding = (encoding: string): Refusal =>
  new Refusal(
    'bad_encoding',
    400,
    `The body is not complete and valid ${encoding}, which its Content-Encoding says it is.`,
  );

/** What is refused by an error; undefined: it is one that nobody thought of. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (error instanceof PayloadRefused) return payloadRefused(error);
  return error instanceof NotProduced ? notProduced(error) : undefined;
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

export const outOfScope = (deviceId: string): Refusal =>
  new Refusal('forbidden', 403, `The key is not for device ${deviceId}.`, {
    about: { device_id: deviceId },
  });
