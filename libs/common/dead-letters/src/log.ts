import type { Admin, Kafka, KafkaEnv } from '@iot/kafka';

/** Where dead letters are, and whose they may be. */
export interface DeadLetterLog {
  readonly kafka: Kafka;
  /** Connected. */
  readonly admin: Admin;
  readonly config: KafkaEnv & { readonly MAX_RETRIES: number };
  /** The consumer groups of this installation. */
  readonly groups: readonly string[];
}

/** Why nothing is done, for people. */
export class DeadLettersRefusal extends Error {
  override readonly name = 'DeadLettersRefusal';
  constructor(
    readonly kind: 'no topic' | 'no place' | 'not there' | 'no retries',
    message: string,
  ) {
    super(message);
  }
}
