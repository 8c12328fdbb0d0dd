import type { IncomingMessage, ServerResponse } from 'node:http';

/** Which web origins may post. */
export class Cors {
  private readonly origins: ReadonlySet<string>;

  /** @param origins `*` among them: all; none: nobody */
  constructor(origins: readonly string[]) {
    this.origins = new Set(origins);
  }

  get enabled(): boolean {
    return this.origins.size > 0;
  }

  /** Sets the headers of an answer to an allowed origin; false for another, or none. */
  allow(request: IncomingMessage, response: ServerResponse): boolean {
    const { origin } = request.headers;
    response.setHeader('vary', 'origin');
    if (origin === undefined || !(this.origins.has('*') || this.origins.has(origin))) return false;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', 'retry-after, www-authenticate');
    return true;
  }

  /** Answers a preflight request. */
  preflight(request: IncomingMessage, response: ServerResponse): void {
    if (this.allow(request, response)) {
      response.setHeader('access-control-allow-methods', 'POST');
      response.setHeader(
        'access-control-allow-headers',
        'authorization, content-type, content-encoding, idempotency-key, traceparent',
      );
      response.setHeader('access-control-max-age', '600');
    }
    response.writeHead(204).end();
  }
}
