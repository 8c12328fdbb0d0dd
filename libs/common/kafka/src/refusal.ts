import kafkajs from 'kafkajs';

/**
 * Whether a send failed for what was sent, not for the state of Kafka: it cannot be encoded, or the
 * broker refuses it and says that a retry does not help (too large, a time out of range, not
 * valid). Some refusals are about the topic (no right to write): then every other form of the
 * record meets them too.
 */
export function isRefusal(error: unknown): error is Error {
  if (!(error instanceof kafkajs.KafkaJSError)) return true;
  return error.retriable === false && !(error instanceof kafkajs.KafkaJSNumberOfRetriesExceeded);
}
