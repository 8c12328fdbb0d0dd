import { jest } from '@jest/globals';
import { createRequire } from 'node:module';
import { stopIdleLoop } from './request-queue.js';

interface Queue {
  scheduleRequestTimeoutCheck(): void;
  push(request: object): void;
  fulfillRequest(response: { correlationId: number; payload: Buffer; size: number }): void;
  destroy(): void;
}

const CONNECTION_TIMEOUT_MS = 500;
let queue: Queue;
let correlationId: number;
let connected: boolean;
/** What became of each request, and when. */
let ends: [number, string, number][];

function open(settings = {}): void {
  const RequestQueue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
    options: object,
  ) => Queue;
  const silent = () => undefined;
  queue = new RequestQueue({
    maxInFlightRequests: null,
    requestTimeout: CONNECTION_TIMEOUT_MS,
    enforceRequestTimeout: true,
    clientId: 'test',
    broker: 'broker',
    logger: { debug: silent, warn: silent },
    isConnected: () => connected,
    ...settings,
  });
  queue.scheduleRequestTimeoutCheck();
}

function send(requestTimeout: number | null = null): number {
  const id = correlationId++;
  const end = (how: string) => () => ends.push([id, how, Date.now()]);
  const entry = {
    correlationId: id,
    apiName: 'Any',
    apiKey: 1,
    apiVersion: 1,
    resolve: end('answered'),
    reject: end('timed out'),
  };
  queue.push({ entry, expectResponse: true, requestTimeout, sendRequest: () => undefined });
  return id;
}

const answer = (id: number): void =>
  queue.fulfillRequest({ correlationId: id, payload: Buffer.alloc(0), size: 0 });

beforeAll(stopIdleLoop);
beforeEach(() => {
  jest.useFakeTimers({ now: 0 });
  correlationId = 0;
  connected = true;
  ends = [];
  open();
});
afterEach(() => {
  queue.destroy();
  jest.useRealTimers();
});

describe('the time-outs of requests', () => {
  it('wake nobody while nothing is asked, and once per time-out while something is', () => {
    expect(jest.getTimerCount()).toBe(0);
    const set = jest.spyOn(globalThis, 'setTimeout');
    for (let i = 0; i < 100; i++) {
      const id = send();
      jest.advanceTimersByTime(10);
      answer(id);
    }
    expect(set.mock.calls.length).toBeLessThanOrEqual(3);
    jest.advanceTimersByTime(CONNECTION_TIMEOUT_MS + 1);
    expect(jest.getTimerCount()).toBe(0);
    set.mockRestore();
  });

  it('end each request at its own time, whatever was asked before it', () => {
    const slow = send(3000);
    jest.advanceTimersByTime(100);
    const quick = send();
    jest.advanceTimersByTime(100);
    const answered = send();
    answer(answered);
    jest.advanceTimersByTime(10_000);
    expect(ends).toEqual([
      [answered, 'answered', 200],
      [quick, 'timed out', 601],
      [slow, 'timed out', 3001],
    ]);
  });

  it('count for requests that had to wait for their turn', () => {
    open({ maxInFlightRequests: 1 });
    const [first, second] = [send(), send()];
    jest.advanceTimersByTime(10_000);
    expect(ends).toEqual([
      [first, 'timed out', 501],
      [second, 'timed out', 1002],
    ]);
  });

  it('count again on the next connection', () => {
    send();
    queue.destroy();
    queue.scheduleRequestTimeoutCheck();
    jest.setSystemTime(100);
    const id = send();
    jest.advanceTimersByTime(10_000);
    expect(ends).toContainEqual([id, 'timed out', 601]);
  });

  it('are not awaited on a connection that is gone, or where they are not wanted', () => {
    send(3000);
    send();
    connected = false;
    jest.advanceTimersByTime(CONNECTION_TIMEOUT_MS + 1);
    expect(jest.getTimerCount()).toBe(0);
    open({ enforceRequestTimeout: false });
    send();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('come although the clock was set back', () => {
    jest.setSystemTime(3_600_000);
    send();
    jest.setSystemTime(0);
    jest.advanceTimersByTime(1000);
    jest.setSystemTime(3_602_000);
    jest.advanceTimersByTime(1000);
    expect(ends.map(([, how]) => how)).toEqual(['timed out']);
  });
});
