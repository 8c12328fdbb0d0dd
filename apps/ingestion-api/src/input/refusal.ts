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
      extensions?: Record<string, unknown>;
      headers?: Record<string, string>;
    } = {},
  ) {
    super(detail);
    this.problem = problem(status, detail, {
      ...(options.errors && { errors: options.errors }),
      ...options.extensions,
    });
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
