import { envelope, type Envelope, type Quota } from '@iot/intake';
import type { NewEventId, ReadingParser } from '@iot/telemetry';
import type { Exchange } from './answer.js';

/** What the routes need to judge readings. */
export interface Judging {
  readonly parser: ReadingParser;
  readonly newEventId: NewEventId;
  readonly quota: Quota | undefined;
}

/** What the records of a request that arrived at this time share. */
export const envelopeOf = (exchange: Exchange, receivedAt: number): Envelope =>
  envelope(receivedAt, traceparentOf(exchange));

/** The trace that a request belongs to: the span of ours, or what its sender says. */
export const traceparentOf = ({ trace, request }: Exchange): string | undefined =>
  trace?.traceparent ?? (request.headers['traceparent'] as string | undefined);

export const textOf = (pieces: readonly Buffer[]): string =>
  (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString('utf8');
