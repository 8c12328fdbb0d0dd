import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ObserveHttp } from '@iot/metrics';
import { problem } from '@iot/service';
import type { Exchange } from './answer.js';
import type { Cors } from './cors.js';
import type { Guard } from './guard.js';
import type { Receiver } from './receiver.js';
import type { TraceRequest } from './request-trace.js';

/** What takes the POSTs of a path. */
export type Handle = (exchange: Exchange) => void;
/** By path. */
export type Routes = ReadonlyMap<string, Handle>;

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface DoorOptions {
  readonly routes: Routes;
  readonly receiver: Pick<Receiver, 'refuse'>;
  readonly cors: Cors;
  /** Undefined: no key is asked for. */
  readonly guard?: Guard | undefined;
  readonly observe: ObserveHttp;
  /** Undefined: no traces are kept. */
  readonly traces?: TraceRequest | undefined;
}

/**
 * The one way in to the routes: whatever is asked of their paths is answered here, straight from
 * Node's HTTP server, and everything else goes on to the server's own listener. Fastify and Nest
 * are passed by: a controller would cost more than to check and count a reading does
 * (docs/performance.md, "Past Nest").
 */
export function openDoor(
  server: Server,
  { routes, receiver, cors, guard, observe, traces }: DoorOptions,
): void {
  const [rest, ...others] = server.listeners('request') as Listener[];
  if (!rest || others.length > 0)
    throw new Error('the HTTP server should have one request listener');
  const allow = cors.enabled ? 'POST, OPTIONS' : 'POST';

  const take = (handle: Handle, exchange: Exchange): void => {
    const { request, response } = exchange;
    if (request.method === 'POST') {
      if (cors.enabled) cors.allow(request, response);
      const admitted = guard ? guard.admit(exchange) : exchange;
      if (admitted) handle(admitted);
    } else if (request.method === 'OPTIONS' && cors.enabled) {
      cors.preflight(request, response);
      exchange.answered(204);
    } else {
      const detail = `${request.method} is not served here; allowed: ${allow}.`;
      receiver.refuse(exchange, problem(405, detail), { allow });
    }
  };

  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    const path = routes.has(request.url!) ? request.url! : pathOf(request.url!);
    const handle = routes.get(path);
    if (!handle) return rest(request, response);
    const began = performance.now();
    const trace = traces?.(request, response, path);
    take(handle, {
      request,
      response,
      trace,
      answered: (status) => {
        observe(request.method!, path, status, (performance.now() - began) / 1000);
        trace?.answered(status);
      },
    });
  });
}

/** The path of a target, which may be a whole address, have a query, or be escaped. */
function pathOf(url: string): string {
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').split(/[?#]/, 1)[0]!;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
