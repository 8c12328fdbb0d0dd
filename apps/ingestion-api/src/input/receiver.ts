import { RefusalNotes, type AboutReading, type ValueLimit } from '@iot/intake';
import { traceIds, type OutgoingRecord } from '@iot/kafka';
import { problem, type Logger, type Problem } from '@iot/service';
import type { Encoding } from '../core/content.js';
import type { FieldError } from '@iot/telemetry';
import type { IngestionMetrics, RejectReason } from '../metrics.js';
import { answer, answerProblem, type Exchange } from './answer.js';
import { Hold, PIECE_BYTES, type ArrivingBodies } from './arriving.js';
import { readBody } from './body.js';
import { traceparentOf } from './reading.js';
import { refusalOf, tooManyValues } from './refusal.js';

export interface ReceiverOptions {
  readonly producer: { send(records: readonly OutgoingRecord[]): Promise<void> };
  readonly arriving: ArrivingBodies;
  readonly metrics: IngestionMetrics;
  readonly log: Logger;
}

/** A body that a route takes. */
export interface Body {
  readonly encoding: Encoding;
  /** Most bytes, both as sent and after inflation. */
  readonly limit: number;
  /** Readings that it may have, and the values of these. */
  readonly readings: number;
  readonly values: ValueLimit;
  /** Takes it piece by piece. May throw a Refusal. */
  readonly take: (piece: Buffer) => void;
  /**
   * All of it was taken; `hold` has what it counts against the buffer, and is released at the
   * latest when this returns. May throw a Refusal.
   */
  readonly whole: (hold: Hold) => void;
}

/** What a line says of a reading that is refused. */
export interface RefusedReading {
  readonly reason: RejectReason;
  readonly about?: AboutReading | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly message: string;
}

/** What the routes share: body → Kafka → answer. */
export class Receiver {
  /** Once true, answers ask clients to close their connections. */
  stopping = false;
  private readonly notes = new RefusalNotes();

  constructor(private readonly options: ReceiverOptions) {}

  /** The one loop that takes bodies; what goes wrong is answered. */
  receive(exchange: Exchange, { encoding, limit, readings, values, take, whole }: Body): void {
    const hold = new Hold(this.options.arriving);
    const counted = (piece: Buffer): void => {
      hold.take(piece.length + PIECE_BYTES);
      if (!values.add(piece)) throw tooManyValues(readings);
      take(piece);
    };
    readBody(exchange.request, { encoding, limit, hold, take: counted }, (error) => {
      try {
        if (error) throw error;
        whole(hold);
      } catch (failure) {
        this.fail(exchange, failure);
      } finally {
        hold.release();
      }
    });
  }

  /** Answers when Kafka has the records, or when it does not take them. */
  produce(exchange: Exchange, records: readonly OutgoingRecord[], body: () => string): void {
    const { producer, metrics } = this.options;
    const span = exchange.trace?.send(records.length);
    producer.send(records).then(
      () => {
        span?.end();
        metrics.accepted.inc(records.length);
        answer(exchange, 202, body(), this.closing());
      },
      (error: unknown) => {
        span?.fail(error);
        this.fail(exchange, error, records.length);
      },
    );
  }

  /** Answers what went wrong, and counts it as so many readings. */
  fail(exchange: Exchange, error: unknown, readings = 1): void {
    const refusal = refusalOf(error);
    if (refusal) {
      const { reason, options, message } = refusal;
      this.options.metrics.rejected.inc({ reason }, readings);
      if (refusal.problem.status < 500)
        this.note(exchange, { reason, about: options.about, errors: options.errors, message });
      return this.refuse(exchange, refusal.problem, refusal.options.headers);
    }
    this.options.log.error({ err: error, ...traceIds(traceparentOf(exchange)) }, 'ingest failed');
    this.refuse(
      exchange,
      problem(500, 'The server could not handle the request; it is logged there.'),
    );
  }

  /** Writes a line of what a client sent and may not, of the first of many alike. */
  note({ request }: Exchange, { reason, about = {}, errors, message }: RefusedReading): void {
    const [first] = errors ?? [];
    const why = first ? `${first.field} ${first.message}`.trim() : message;
    const line = this.notes.line(reason, about, why, Date.now());
    if (!line) return;
    const { traceparent } = request.headers;
    this.options.log.info(
      { ...line, ...traceIds(traceparent as string | undefined) },
      'reading refused; its sender was told why',
    );
  }

  /** Answers with a problem, and counts nothing. */
  refuse(exchange: Exchange, why: Problem, headers?: Record<string, string>): void {
    answerProblem(exchange, why, { ...this.closing(), ...headers });
  }

  /** For a body that nobody wants: it is read, so that its sender gets to see the answer. */
  discard({ request }: Exchange, limit: number): void {
    const hold = new Hold(this.options.arriving);
    const take = (): void => undefined;
    readBody(request, { encoding: 'identity', limit, hold, take }, () => undefined);
  }

  private closing(): Record<string, string> | undefined {
    return this.stopping ? { connection: 'close' } : undefined;
  }
}
