import {
  cutBytes,
  DLQ_HEADER,
  INTAKE_STAGE,
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

/** Below the broker's usual limit of 1 MiB, with room for headers. */
const MOST_BYTES = 900_000;
/** Half of what Kafka's smallest usual limit leaves, and then what any topic takes. */
const CUT_BYTES = [16_384, 512];

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
        [DLQ_HEADER.stage]: INTAKE_STAGE,
        [DLQ_HEADER.timestamp]: String(receivedAt),
      },
    };
    return this.producer.send([payload.length > MOST_BYTES ? cut(record, CUT_BYTES[0]!) : record]);
  }

  /** A topic may have a smaller limit than is usual: no payload is worth waiting for ever. */
  private async produce(producer: Producer, messages: OutgoingRecord[]): Promise<void> {
    const send = (records: OutgoingRecord[]): Promise<unknown> =>
      producer.send({ topic: this.dlqTopic, messages: records, acks: -1 });
    try {
      await send(messages);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const message of messages) await this.alone(message, send);
    }
  }

  /** In the first form that the topic takes; when it takes none it is Kafka that is unwell. */
  private async alone(
    message: OutgoingRecord,
    send: (records: OutgoingRecord[]) => Promise<unknown>,
  ): Promise<void> {
    let refusal: unknown;
    for (const bytes of [Infinity, ...CUT_BYTES]) {
      try {
        await send([cut(message, bytes)]);
        return;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }
}

/** The first bytes of a value, with a mark of how many it had. */
function cut(record: OutgoingRecord, most: number): OutgoingRecord {
  const { value, headers } = record;
  if (value.length <= most) return record;
  const mark = { [SET_ASIDE_HEADER.valueCut]: String(value.length), ...headers };
  return { ...record, value: value.slice(0, most), headers: mark };
}
