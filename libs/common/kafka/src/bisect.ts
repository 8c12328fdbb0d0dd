import kafkajs from 'kafkajs';
import type { BatchHandler, BatchOutcome, RecordBatch } from './batch.js';
import { BackendUnavailable } from '@iot/resilience';
import type { RecordFailure } from './failure.js';

/** Errors that are about the whole batch, so that no half of it could fare better. */
const concernsBatch = (error: unknown): boolean =>
  error instanceof BackendUnavailable || error instanceof kafkajs.KafkaJSError;

/**
 * Runs the handler; where it fails for no known reason, on halves of the batch, until the record
 * that does it stands alone. Order is kept.
 * @throws BackendUnavailable and Kafka's own errors, which blame no record
 */
export async function handleBisecting(
  handler: BatchHandler,
  batch: RecordBatch,
): Promise<BatchOutcome> {
  try {
    return await handler(batch);
  } catch (error) {
    if (concernsBatch(error)) throw error;
    if (batch.records.length === 1) return { failures: [unknownFailure(batch, error)] };
  }
  const middle = batch.records.length >> 1;
  const failures: RecordFailure[] = [];
  for (const records of [batch.records.slice(0, middle), batch.records.slice(middle)]) {
    await batch.heartbeat();
    failures.push(...(await handleBisecting(handler, { ...batch, records })).failures);
  }
  return { failures };
}

function unknownFailure({ records }: RecordBatch, error: unknown): RecordFailure {
  const { name, message } =
    error instanceof Error ? error : { name: 'Error', message: String(error) };
  return { record: records[0]!, stage: 'handle', reason: name, message, permanent: false };
}
