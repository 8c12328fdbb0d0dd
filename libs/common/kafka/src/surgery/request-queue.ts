import { createRequire } from 'node:module';

interface SocketRequest {
  readonly correlationId: number;
  readonly sentAt: number;
  readonly requestTimeout: number;
  timeoutRequest(): void;
}

interface RequestQueue {
  readonly enforceRequestTimeout: boolean;
  readonly pending: readonly SocketRequest[];
  readonly inflight: ReadonlyMap<number, SocketRequest>;
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  requestTimeoutIntervalId?: NodeJS.Timeout;
  /** Ours: when the timer above fires; infinite when it is not set. */
  timeoutCheckAt?: number;
  isConnected(): boolean;
  checkPendingRequests(): void;
  destroy(): void;
}

interface Patched {
  scheduleCheckPendingRequests(this: RequestQueue): void;
  scheduleRequestTimeoutCheck(this: RequestQueue): void;
  sendSocketRequest(this: RequestQueue, request: SocketRequest): void;
}

const RECHECK_MS = 10;
/**
 * kafkajs 2.2.4 wakes an idle process over and over, for each of its connections. Here its timers
 * are set only while there is something to wait for.
 */
export function stopIdleLoop(): void {
  const { prototype } = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: Patched;
  };
  checkPendingWhilePending(prototype);
  checkTimeoutsWhenDue(prototype);
}

/**
 * kafkajs re-arms this timer for ever, with a negative delay, on each connection that was ever used
 * (its issues 1704 and 1751): 2.7 % of a core.
 */
function checkPendingWhilePending(prototype: Patched): void {
  prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      Math.max(this.throttledUntil - Date.now(), RECHECK_MS),
    );
  };
}

/**
 * kafkajs looks ten times a second, on each connection, for requests that were not answered in
 * time: 0.15 % of a core.
 */
function checkTimeoutsWhenDue(prototype: Patched): void {
  const { sendSocketRequest } = prototype;
  prototype.sendSocketRequest = function (request) {
    sendSocketRequest.call(this, request);
    if (this.inflight.has(request.correlationId)) checkWhenDue(this, request);
  };
  // Called when a connection is made.
  prototype.scheduleRequestTimeoutCheck = function () {
    this.destroy();
    this.timeoutCheckAt = Infinity;
  };
}

function checkWhenDue(queue: RequestQueue, { sentAt, requestTimeout }: SocketRequest): void {
  const dueAt = sentAt + requestTimeout;
  if (!queue.enforceRequestTimeout || dueAt >= (queue.timeoutCheckAt ?? Infinity)) return;
  clearTimeout(queue.requestTimeoutIntervalId);
  queue.timeoutCheckAt = dueAt;
  // No later than that when the clock was set back since. One millisecond more, as a request is
  // late only after its time-out.
  const delay = Math.min(dueAt - Date.now(), requestTimeout);
  queue.requestTimeoutIntervalId = setTimeout(() => checkTimeouts(queue), Math.max(delay, 0) + 1);
}

function checkTimeouts(queue: RequestQueue): void {
  queue.timeoutCheckAt = Infinity;
  const now = Date.now();
  for (const request of [...queue.inflight.values()])
    if (now - request.sentAt > request.requestTimeout) request.timeoutRequest();
  if (!queue.isConnected()) return queue.destroy();
  for (const request of queue.inflight.values()) checkWhenDue(queue, request);
}
