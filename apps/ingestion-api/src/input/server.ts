import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify';
import { ConfigError } from '@iot/common/config';
import { problem, problemJson, sendProblem, type Problem } from '@iot/common/service';
import type { IngestionConfig } from '../config.js';

/** Limits against slow, many and unclear clients, and TLS where it is configured. */
export function serverOptions(config: IngestionConfig): FastifyServerOptions {
  const limits = {
    headersTimeout: Math.min(config.HEADERS_TIMEOUT_MS, config.REQUEST_TIMEOUT_MS),
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: Math.min(1000, config.HEADERS_TIMEOUT_MS),
  };
  const tls =
    config.TLS_CERT_FILE === ''
      ? undefined
      : { cert: pem('TLS_CERT_FILE', config.TLS_CERT_FILE), key: pem('TLS_KEY_FILE', config.TLS_KEY_FILE) };
  const options = {
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
    maxRequestsPerSocket: 0,
    return503OnClosing: false,
    clientErrorHandler,
    frameworkErrors,
    ...(tls ? { https: { ...limits, ...tls } } : { http: limits }),
  };
  return options as unknown as FastifyServerOptions;
}

function pem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${name} is "${path}"; it cannot be read: ${(error as Error).message}`);
  }
}

/** Answers what is not HTTP, or does not come in time, and closes the connection. */
function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) {
    const body = problemJson(clientProblem(error.code));
    const { status, title } = JSON.parse(body) as Problem;
    socket.write(
      `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  }
  socket.destroySoon();
}

function clientProblem(code: string | undefined): Problem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return problem(408, 'The request did not arrive in time.');
  if (code === 'HPE_HEADER_OVERFLOW')
    return problem(431, 'The headers are larger than the server takes.', { title: 'Request Header Fields Too Large' });
  return problem(400, 'The request is not valid HTTP.');
}

function frameworkErrors(_error: Error, _request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(reply, problem(400, 'The address is not valid.'));
}
