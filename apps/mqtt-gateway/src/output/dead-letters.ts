import {
  cutBytes,
  DLQ_HEADER,
  isRefusal,
  SET_ASIDE_HEADER,
  type GroupCommitProducer,
  type OutgoingRecord,
  type Producer,
} from '@iot/kafka';
import type { TelemetryOutput } from '@iot/intake';
import type { Refused } from '../core/judged.js';

/** A payload that is set aside. */
export interface DeadLetter {
  readonly topic: string;
  readonly payload: Buffer;
  readonly device: string | undefined;
  /** Epoch ms. */
  readonly receivedAt: number;
  readonly refused: Refused;
}

export const STAGE = 'intake';
/** Below the broker's usual limit of 1 MiB, with room for headers. */
const MOST_BYTES = 900_000;
/** What any topic takes. */
const CUT_BYTES = 16_384;

/** Puts payloads on the dead-letter topic, as they came, with the reason in the headers. */
export class DeadLetters {
  private readonly producer: GroupCommitProducer;

  /** @param group whose dead letters they are */
  constructor(
    output: TelemetryOutput,
    private readonly dlqTopic: string,
    private readonly group: string,
  ) {
    this.producer = output.elsewhere((producer, records) => this.produce(producer, records));
  }

  /** Resolves when Kafka has it. */
  write(letter: DeadLetter): Promise<void> {
    const { topic, payload, device, receivedAt, refused } = letter;
    const record = {
      key: device ?? topic,
      value: payload,
      timestamp: String(receivedAt),
      headers: {
        [DLQ_HEADER.topic]: cutBytes(topic),
        [DLQ_HEADER.group]: this.group,
        [DLQ_HEADER.deliveryCount]: '1',
        [DLQ_HEADER.message]: cutBytes(refused.message),
        [DLQ_HEADER.exception]: refused.reason,
        [DLQ_HEADER.stage]: STAGE,
        [DLQ_HEADER.timestamp]: String(receivedAt),
      },
    };
    return this.producer.send([payload.length > MOST_BYTES ? cut(record) : record]);
  }

  /** A topic may have a smaller limit than is usual: no payload is worth waiting for ever. */
  private async produce(producer: Producer, messages: OutgoingRecord[]): Promise<void> {
    const send = (records: OutgoingRecord[]): Promise<unknown> =>
      producer.send({ topic: this.dlqTopic, messages: records, acks: -1 });
    try {
      await send(messages);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const message of messages) await send([cut(message)]);
    }
  }
}

/** The first bytes of a value, with a mark of how many it had. */
function cut(record: OutgoingRecord): OutgoingRecord {
  const { value, headers } = record;
  if (value.length <= CUT_BYTES) return record;
  const mark = { [SET_ASIDE_HEADER.valueCut]: String(value.length) };
  return { ...record, value: value.slice(0, CUT_BYTES), headers: { ...headers, ...mark } };
}
