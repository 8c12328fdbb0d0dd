import type { OutgoingRecord } from '@iot/kafka';
import type { FieldError, NewEventId, ReadingParser } from '@iot/telemetry';
import type { Quota } from './quota.js';
import { recordOf, type Envelope } from './records.js';
import { aboutReading, type AboutReading } from './refusal-notes.js';

/** Why one item of a batch was refused; `index` counts array elements or lines from 0. */
export interface ItemError extends FieldError {
  readonly index: number;
}

/** Most errors that an answer lists. */
export const MAX_LISTED_ERRORS = 100;

/** What a batch needs to judge its items. */
export interface BatchContext {
  readonly parser: ReadingParser;
  readonly quota: Quota | undefined;
  readonly newEventId: NewEventId;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly envelope: Envelope;
  /** Which devices the sender may send for; undefined: any. */
  readonly grant?: { allows(deviceId: string, now: number): boolean } | undefined;
}

/** Collects the records of a batch and what is wrong with the rest. */
export class Batch {
  readonly records: OutgoingRecord[] = [];
  readonly errors: ItemError[] = [];
  /** Errors beyond those listed; a reading refused when the list is full counts as one. */
  omitted = 0;
  invalid = 0;
  overQuota = 0;
  /** Readings of devices that the sender may not send for. */
  forbidden = 0;
  /** The first reading that was refused; undefined: none was, or it is not readable. */
  about: AboutReading | undefined;
  /** Whole seconds after which a refused device has quota again; 0: none was refused. */
  retryAfter = 0;

  constructor(private readonly context: BatchContext) {}

  get rejected(): number {
    return this.invalid + this.overQuota + this.forbidden;
  }

  get size(): number {
    return this.records.length + this.rejected;
  }

  /** @param body the parsed JSON of one item */
  add(index: number, body: unknown): void {
    const { parser, quota, newEventId, receivedAt, envelope, grant } = this.context;
    const { reading, errors } = parser.parse(
      body,
      receivedAt,
      newEventId,
      this.errors.length < MAX_LISTED_ERRORS,
    );
    if (errors) {
      this.about ??= aboutReading(body);
      return this.refuse(index, errors);
    }
    if (grant?.allows(reading.deviceId, receivedAt) === false) {
      this.forbidden++;
      this.about ??= aboutReading(body);
      return this.list({ index, field: 'device_id', message: 'is not a device of this key' });
    }
    const wait = quota?.take(reading.deviceId, receivedAt) ?? 0;
    if (wait === 0) {
      this.records.push(recordOf(reading, envelope));
      return;
    }
    this.overQuota++;
    this.about ??= aboutReading(body);
    this.retryAfter = Math.max(this.retryAfter, wait);
    this.list({
      index,
      field: 'device_id',
      message: `is over its quota; send it again after ${wait} s`,
    });
  }

  refuse(index: number, errors: readonly FieldError[]): void {
    this.invalid++;
    for (const { field, message } of errors) this.list({ index, field, message });
  }

  private list(error: ItemError): void {
    if (this.errors.length < MAX_LISTED_ERRORS) this.errors.push(error);
    else this.omitted++;
  }
}
