import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Grant } from '@iot/credentials';
import { problemJson, type Problem } from '@iot/service';
import type { RequestTrace } from './request-trace.js';

/** A request and where its answer goes. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What the request's key allows; undefined when no key is asked for. */
  readonly grant?: Grant | undefined;
  /** Undefined when no trace of it is kept. */
  readonly trace?: RequestTrace | undefined;
  /** Told the status once the answer is written. */
  readonly answered: (status: number) => void;
}

/** Writes a whole JSON answer; nothing when the client is gone. */
export function answer(
  { response, answered }: Exchange,
  status: number,
  body: string,
  headers?: Record<string, string>,
): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
  answered(status);
}

/** Writes a problem document. */
export function answerProblem(
  exchange: Exchange,
  problem: Problem,
  headers?: Record<string, string>,
): void {
  answer(exchange, problem.status, problemJson(problem), {
    'content-type': 'application/problem+json',
    ...headers,
  });
}
