import type { FastifyReply } from 'fastify';
import type { Viewer } from './core/hub.js';

export const STREAM_TYPE = 'text/event-stream';
/** What a reader may leave lying before it is cut off, bytes: a snapshot of the largest kind, and more. */
export const MAX_BEHIND_BYTES = 1024 * 1024;
/** A stream is begun anew after so long, so that whoever may not watch any more does not. */
const LONGEST_MS = 600_000;

/** An open stream of events. */
export interface Stream {
  readonly viewer: Viewer;
  /** Ends it, as the service ends. */
  readonly end: () => void;
  /** Called once it is over, at once where it is already. */
  onClose(what: () => void): void;
}

/**
 * The stream of a request, whose head is written with the first event, so that until then the
 * request can still be refused. @param onDropped its reader did not keep up
 */
export function openStream(
  reply: FastifyReply,
  device: string | undefined,
  onDropped: () => void,
): Stream {
  const { raw } = reply;
  let begun = false;
  const begin = (): void => {
    begun = true;
    reply.hijack();
    raw.writeHead(200, {
      'content-type': `${STREAM_TYPE}; charset=utf-8`,
      'cache-control': 'no-store, no-transform',
      'x-content-type-options': 'nosniff',
      // For proxies that would wait until there is more of it.
      'x-accel-buffering': 'no',
    });
    raw.socket?.setNoDelay(true);
    // Those whom the end of a replica cuts off do not come back all at once.
    raw.write(`retry: ${Math.round(1000 + Math.random() * 2000)}\n\n`);
    const age = setTimeout(() => raw.end(), LONGEST_MS).unref();
    raw.once('close', () => clearTimeout(age));
  };
  const send = (frame: string): void => {
    if (raw.destroyed || raw.writableEnded) return;
    if (!begun) begin();
    if (raw.writableLength > MAX_BEHIND_BYTES) {
      onDropped();
      raw.destroy();
    } else raw.write(frame);
  };
  return {
    viewer: { device, send },
    end: () => {
      if (begun) raw.end();
    },
    onClose: (what) => {
      if (raw.closed || raw.destroyed) what();
      else raw.once('close', what);
    },
  };
}
