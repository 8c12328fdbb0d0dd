import type { IHeaders, KafkaMessage } from 'kafkajs';
import { asKafkaJsHeaders, type RecordHeaders } from './headers.js';

/**
 * A record as fetched; a kafkajs `KafkaMessage` whose parts stay in the response's bytes until they
 * are asked for.
 */
export class FetchedMessage {
  readonly attributes = 0;
  readonly isControlRecord = false;

  constructor(
    private readonly bytes: Buffer,
    private readonly keyStart: number,
    private readonly keyEnd: number,
    private readonly valueStart: number,
    private readonly valueEnd: number,
    /** Epoch ms; rounded where no number holds it exactly. */
    readonly timestampMs: number,
    readonly offset: string,
    readonly headerList: RecordHeaders,
  ) {}

  get key(): Buffer | null {
    return this.keyStart < 0 ? null : this.bytes.subarray(this.keyStart, this.keyEnd);
  }

  get value(): Buffer | null {
    return this.valueStart < 0 ? null : this.bytes.subarray(this.valueStart, this.valueEnd);
  }

  /** Epoch ms, exactly. */
  get timestamp(): string {
    return String(this.timestampMs);
  }

  /** For those who expect a kafkajs message; {@link headerList} has the order, too. */
  get headers(): IHeaders {
    return asKafkaJsHeaders(this.headerList);
  }

  get size(): number {
    return Math.max(0, this.keyEnd - this.keyStart) + Math.max(0, this.valueEnd - this.valueStart);
  }

  /** The value as UTF-8 text, without a buffer in between; null for a tombstone. */
  valueText(): string | null {
    return this.valueStart < 0 ? null : this.bytes.toString('utf8', this.valueStart, this.valueEnd);
  }

  /** Whether the key is this text, which has ASCII characters only. */
  keyIs(text: string): boolean {
    const { bytes, keyStart } = this;
    if (keyStart < 0 || this.keyEnd - keyStart !== text.length) return false;
    for (let i = 0; i < text.length; i++)
      if (bytes[keyStart + i] !== text.charCodeAt(i)) return false;
    return true;
  }
}

/** One whose timestamp no number holds exactly: a producer may write any 64 bits. */
export class OddlyTimedMessage extends FetchedMessage {
  constructor(
    private readonly exactTimestamp: bigint,
    ...rest: ConstructorParameters<typeof FetchedMessage>
  ) {
    super(...rest);
  }

  override get timestamp(): string {
    return String(this.exactTimestamp);
  }
}

/** What stands at an offset that gives no record. */
abstract class NoRecord {
  readonly key = null;
  readonly value = null;
  readonly attributes = 0;
  readonly headers: IHeaders = {};
  readonly size = 0;
}

/**
 * Stands for records that nobody is to see: markers of transactions, what a transaction took back,
 * what compaction removed. kafkajs moves on over it and hands it to nobody; without one it would
 * ask for the same offset for ever.
 */
export class HiddenRecords extends NoRecord {
  readonly timestamp = '-1';
  readonly isControlRecord = true;

  /** @param offset the last one that it stands for */
  constructor(readonly offset: string) {
    super();
  }
}

/** Why the records of a batch cannot be read. */
export type UnreadableReason = 'damaged_batch' | 'oversized_batch';

/**
 * Stands for all records of a batch that cannot be read: damaged, or inflating to more than is
 * allowed. To kafkajs a message without key and value at the batch's last offset.
 */
export class UnreadableBatch extends NoRecord {
  readonly isControlRecord = false;

  constructor(
    /** The whole batch as the log has it. */
    readonly raw: Buffer,
    readonly firstOffset: string,
    /** The last one of the batch. */
    readonly offset: string,
    /** Epoch ms, of the newest record. */
    readonly timestamp: string,
    readonly reason: UnreadableReason,
    readonly explanation: string,
  ) {
    super();
  }
}

/** What a fetch yields. */
export type Fetched = FetchedMessage | UnreadableBatch | HiddenRecords;

/** The ordered headers of a message, whoever decoded it. */
export const headerListOf = (
  message: KafkaMessage | FetchedMessage,
): RecordHeaders | IHeaders | undefined =>
  message instanceof FetchedMessage ? message.headerList : message.headers;
