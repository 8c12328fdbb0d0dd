import { gzipSync } from 'node:zlib';
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import type { Answer, NoAnswer } from '../core/judge.js';
import type { Sender, Target } from '../runner.js';

export interface TargetOptions {
  readonly baseUrl: URL;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly batched: boolean;
  readonly ndjson: boolean;
  readonly gzip: boolean;
}

const CAUSES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EPIPE: 'connection reset',
  UND_ERR_SOCKET: 'connection closed before the answer',
  UND_ERR_CONNECT_TIMEOUT: 'no connection within the time-out',
  UND_ERR_HEADERS_TIMEOUT: 'no answer within the time-out',
  UND_ERR_BODY_TIMEOUT: 'no answer within the time-out',
  UND_ERR_DESTROYED: 'cut off at the end of the run',
  UND_ERR_CLOSED: 'cut off at the end of the run',
  UND_ERR_ABORTED: 'cut off at the end of the run',
  ENOTFOUND: 'host name not found',
  EAI_AGAIN: 'host name not found',
};

/** A network error in a few words. */
export function causeOf(error: unknown): string {
  const { code, message, errors } = error as {
    code?: string;
    message?: string;
    errors?: { code?: string }[];
  };
  const known = code ?? errors?.[0]?.code;
  return (known === undefined ? undefined : CAUSES[known]) ?? message ?? String(error);
}

/** The ingestion API over a pool of connections, one request at a time on each. */
export class HttpTarget implements Target {
  private readonly pool: Pool;
  private readonly request: Dispatcher.DispatchOptions;
  private readonly headers: readonly string[];
  private readonly gzip: boolean;
  private readonly needsBody: boolean;

  constructor(options: TargetOptions) {
    const { baseUrl, connections, timeoutMs, batched, ndjson, gzip } = options;
    this.pool = new Pool(baseUrl.origin, {
      connections,
      pipelining: 1,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: timeoutMs },
      keepAliveTimeout: 4_000,
    });
    const headers = ['content-type', ndjson ? 'application/x-ndjson' : 'application/json'];
    if (gzip) headers.push('content-encoding', 'gzip');
    this.request = {
      path: `${baseUrl.pathname.replace(/\/$/, '')}/ingest${batched ? '/batch' : ''}`,
      method: 'POST',
    };
    this.headers = headers;
    this.gzip = gzip;
    this.needsBody = batched;
  }

  /** Sends one body. Never rejects: a network failure is an answer too. */
  post(text: string, { authorization }: Sender): Promise<Answer | NoAnswer> {
    const headers =
      authorization === undefined
        ? [...this.headers]
        : [...this.headers, 'authorization', authorization];
    const body = this.gzip ? gzipSync(text, { level: 1 }) : text;
    return new Promise((resolve) => {
      let status = 0;
      let contentType = '';
      let retryAfter: string | undefined;
      let received = '';
      this.pool.dispatch(
        { ...this.request, headers, body },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, code, headers) => {
            status = code;
            contentType = String(headers['content-type'] ?? '');
            retryAfter =
              headers['retry-after'] === undefined ? undefined : String(headers['retry-after']);
          },
          onResponseData: (_controller, chunk) => {
            if (this.needsBody || status !== 202) received += chunk.toString('utf8');
          },
          onResponseEnd: () => resolve({ status, contentType, retryAfter, body: received }),
          onResponseError: (_controller, error) =>
            resolve({ status: undefined, reason: causeOf(error) }),
        },
      );
    });
  }

  /** Cuts off what is under way. */
  async close(): Promise<void> {
    if (!this.pool.destroyed) await this.pool.destroy();
  }
}
