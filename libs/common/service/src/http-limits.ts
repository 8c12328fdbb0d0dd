import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { printable } from '@iot/printable';
import { problem, problemJson, sendProblem, type Problem } from './problem.js';

/**
 * What a service may configure of its HTTP server; the rest of the services have the defaults. All
 * times in milliseconds.
 */
export interface HttpConfig {
  readonly MAX_CONNECTIONS?: number;
  readonly HEADERS_TIMEOUT_MS?: number;
  readonly REQUEST_TIMEOUT_MS?: number;
  readonly KEEP_ALIVE_TIMEOUT_MS?: number;
}

const DEFAULTS = {
  MAX_CONNECTIONS: 1000,
  HEADERS_TIMEOUT_MS: 10_000,
  REQUEST_TIMEOUT_MS: 30_000,
  KEEP_ALIVE_TIMEOUT_MS: 75_000,
};

export const httpLimits = (config: HttpConfig): Required<HttpConfig> => ({
  ...DEFAULTS,
  ...config,
});

/**
 * Options of a server against clients that are slow or unclear; each that cannot be understood is
 * told so by a problem document.
 */
export function serverOptions(config: HttpConfig): FastifyServerOptions {
  const { HEADERS_TIMEOUT_MS, REQUEST_TIMEOUT_MS, KEEP_ALIVE_TIMEOUT_MS } = httpLimits(config);
  const options = {
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxRequestsPerSocket: 0,
    clientErrorHandler,
    frameworkErrors,
    http: {
      // Refused in refuseUnclear, with a problem document.
      requireHostHeader: false,
      headersTimeout: Math.min(HEADERS_TIMEOUT_MS, REQUEST_TIMEOUT_MS),
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(1000, HEADERS_TIMEOUT_MS),
    },
  };
  return options as unknown as FastifyServerOptions;
}

/** Answers what is not HTTP, or does not come in time, and closes the connection. */
function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  // An answer that is on its way is not disturbed.
  const answered =
    (socket as Socket & { _httpMessage?: ServerResponse })._httpMessage?.headersSent === true;
  if (socket.writable && !answered) {
    const body = clientProblem(error.code);
    const text = problemJson(body);
    socket.write(
      `HTTP/1.1 ${body.status} ${body.title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
    );
  }
  socket.destroySoon();
}

function clientProblem(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return problem(408, 'The request did not arrive in time.');
  if (code === 'HPE_HEADER_OVERFLOW')
    return problem(431, 'The headers are larger than the server takes.');
  return problem(400, 'The request is not valid HTTP.');
}

function frameworkErrors(
  { statusCode, message }: { statusCode?: number; message: string },
  _request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (statusCode === 414) void sendProblem(reply, problem(414, 'The path is too long.'));
  else void sendProblem(reply, problem(400, `The path is not valid: ${printable(message, 200)}.`));
}
