import type { IncomingMessage } from 'node:http';
import { envelope, type Envelope, type Quota } from '@iot/intake';
import type { NewEventId, ReadingParser } from '@iot/telemetry';

/** What the routes need to judge readings. */
export interface Judging {
  readonly parser: ReadingParser;
  readonly newEventId: NewEventId;
  readonly quota: Quota | undefined;
}

/** What the records of a request that arrived at this time share. */
export const envelopeOf = ({ headers }: IncomingMessage, receivedAt: number): Envelope =>
  envelope(receivedAt, headers['traceparent'] as string | undefined);

export const textOf = (pieces: readonly Buffer[]): string =>
  (pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces)).toString('utf8');
