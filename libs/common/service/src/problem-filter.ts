import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { printable } from '@iot/printable';
import { problem, sendProblem, type Problem } from './problem.js';

/**
 * Turns whatever a route throws into a problem document. What is not the caller's fault is logged
 * and answered without its details.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    if (reply.sent) return;
    void sendProblem(reply, this.toProblem(error, http.getRequest<FastifyRequest>()));
  }

  toProblem(error: unknown, request: { method: string; url: string }): Problem {
    const status =
      error instanceof HttpException
        ? error.getStatus()
        : Number((error as { statusCode?: number }).statusCode ?? 500);
    if (status >= 500 && !(error instanceof HttpException)) {
      const { method, url } = request;
      this.log.error({ err: error, method, url: withoutValues(url) }, 'request failed');
      return problem(500, 'The server could not handle the request; it is logged there.');
    }
    if (error instanceof HttpException) {
      const body = error.getResponse();
      if (typeof body === 'object' && 'title' in body) return body as Problem;
    }
    if (status === 404)
      return problem(
        404,
        `There is no ${request.method} ${printable(request.url.split('?')[0]!, 200)}; /docs lists what there is.`,
      );
    return problem(status, (error as Error).message);
  }
}

/** A URL with the names of its parameters alone: a value may be the code of a log-in, or a token. */
export function withoutValues(url: string): string {
  const [path, query] = url.split('?', 2) as [string, string?];
  if (query === undefined) return path;
  return `${path}?${[...new URLSearchParams(query).keys()].join('&')}`;
}
