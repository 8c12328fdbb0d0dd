import type { ServerResponse } from 'node:http';
import type { Problem } from '@iot/common/service';

/** Writes a whole JSON answer. */
export function answer(response: ServerResponse, status: number, body: string, headers?: Record<string, string>): void {
  if (response.destroyed || response.headersSent) return;
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** Writes a problem document. */
export function answerProblem(response: ServerResponse, problem: Problem, headers?: Record<string, string>): void {
  answer(response, problem.status, JSON.stringify(problem), { 'content-type': 'application/problem+json', ...headers });
}
