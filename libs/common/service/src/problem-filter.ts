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
      this.log.error({ err: error, method: request.method, url: request.url }, 'request failed');
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
