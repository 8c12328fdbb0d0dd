import { HttpConnection } from './http-driver.js';

/**
 * What a request was answered, and how many milliseconds after it was due and after it was sent.
 */
export type OnAnswer = (n: number, status: number, sinceDue: number, sinceSent: number) => void;

export interface OpenLoopOptions {
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  readonly connections: number;
  readonly request: (n: number) => Buffer;
  /** Status 0: the connection broke. */
  readonly onAnswer: OnAnswer;
}

const TICK_MS = 5;

/**
 * Sends at a rate, whether or not the server keeps up; a request that finds no free connection
 * waits for one, and its wait counts.
 * @returns how many were due and how many of them found no connection until the end
 */
export async function openLoop({
  port,
  perSecond,
  seconds,
  connections,
  request,
  onAnswer,
}: OpenLoopOptions): Promise<{ due: number; unsent: number }> {
  const free = Array.from({ length: connections }, () => new HttpConnection(port));
  const waiting: number[] = [];
  const running = new Set<Promise<void>>();
  const began = performance.now();
  let due = 0;
  let next = 0;
  const dueAt = (n: number): number => began + (n * 1000) / perSecond;
  const send = async (connection: HttpConnection, n: number): Promise<void> => {
    let used = connection;
    const sent = performance.now();
    const status = await used.send(request(n)).catch(() => 0);
    const now = performance.now();
    onAnswer(n, status, now - dueAt(n), now - sent);
    if (!used.open) used = new HttpConnection(port);
    const more = next < waiting.length ? waiting[next++] : undefined;
    if (more === undefined) free.push(used);
    else await send(used, more);
  };
  for (let now = began; now < began + seconds * 1000; now = performance.now()) {
    for (; dueAt(due) <= now; due++) {
      const connection = free.pop();
      if (!connection) waiting.push(due);
      else {
        // A server closes what it has not heard of for a while.
        const run: Promise<void> = send(
          connection.open ? connection : new HttpConnection(port),
          due,
        ).finally(() => running.delete(run));
        running.add(run);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  const unsent = waiting.length - next;
  next = waiting.length;
  await Promise.all(running);
  for (const connection of free) connection.close();
  return { due, unsent };
}
