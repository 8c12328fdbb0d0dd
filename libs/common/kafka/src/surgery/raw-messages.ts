import type { EachBatchPayload, KafkaMessage } from 'kafkajs';
import { runsOnTheLibrary } from './install.js';

/**
 * All that a fetch brought for a batch, markers of transactions and what these took back included:
 * kafkajs keeps them in a field that its types do not know. Undefined where it runs on its own
 * code.
 */
export const rawMessagesOf = (
  batch: EachBatchPayload['batch'],
): readonly KafkaMessage[] | undefined =>
  runsOnTheLibrary()
    ? undefined
    : (batch as unknown as { rawMessages: readonly KafkaMessage[] }).rawMessages;
