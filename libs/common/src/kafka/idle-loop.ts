import { createRequire } from 'node:module';

interface RequestQueue {
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  pending: unknown[];
  checkPendingRequests(): void;
}

const RECHECK_MS = 10;
let done = false;

/**
 * kafkajs 2.2.4 re-arms a timer for ever, with a negative delay, on each connection that was ever used (its issues 1704 and 1751): 2.7 %
 * of a core when idle. The check is needed only while requests are pending, so this method of ours arms the timer only then.
 */
export function stopIdleLoop(): void {
  if (done) return;
  done = true;
  const Queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as {
    prototype: { scheduleCheckPendingRequests: (this: RequestQueue) => void };
  };
  Queue.prototype.scheduleCheckPendingRequests = function () {
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
