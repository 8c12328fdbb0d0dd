import { postRequest } from '../ingestion/http-driver.js';
import { openLoop } from '../ingestion/open-loop.js';
import { reading } from '../ingestion/workloads.js';

export interface LoadPlan {
  /** Readings a second, whether or not they are taken. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Readings of a request; 1: single POSTs. */
  readonly batch: number;
}

/**
 * Sends readings of this moment at a steady rate, from 1,000 devices, each a new event.
 * @returns how many were accepted @throws when one was not
 */
export async function ingestLoad(
  port: number,
  { perSecond, seconds, batch }: LoadPlan,
): Promise<number> {
  const began = Date.now();
  const statuses = new Map<number, number>();
  const request = (n: number): Buffer => {
    const readings = Array.from({ length: batch }, (_, i) =>
      JSON.stringify(reading(n * batch + i, began)),
    );
    const [path, body] =
      batch === 1 ? ['/ingest', readings[0]!] : ['/ingest/batch', `[${readings.join()}]`];
    return postRequest(path, 'application/json', Buffer.from(body));
  };
  const onAnswer = (_n: number, status: number): void =>
    void statuses.set(status, (statuses.get(status) ?? 0) + 1);
  await openLoop({
    port,
    perSecond: perSecond / batch,
    seconds,
    connections: 64,
    request,
    onAnswer,
  });
  const { 202: accepted = 0, ...others } = Object.fromEntries(statuses) as Record<number, number>;
  if (Object.keys(others).length > 0)
    throw new Error(`ingestion answered ${JSON.stringify(others)} beside ${accepted} times 202`);
  return accepted * batch;
}
