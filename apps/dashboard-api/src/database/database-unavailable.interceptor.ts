import { isDatabaseUnavailable } from '@iot/mongo';
import { ProblemError, type Logger } from '@iot/service';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { catchError, throwError, type Observable } from 'rxjs';
import type { DashboardMetrics } from '../metrics.js';
import { DeadlineExceeded } from '@iot/resilience';

const RETRY_AFTER_S = 2;
const LOG_EVERY_MS = 10_000;

/**
 * A database that does not answer in time, or refuses, is a 503 with Retry-After: the request was
 * good, and may be sent again.
 */
export class DatabaseUnavailableInterceptor implements NestInterceptor {
  private loggedAt = -Infinity;

  constructor(
    private readonly metrics: DashboardMetrics,
    private readonly log: Logger,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (!(error instanceof DeadlineExceeded) && !isDatabaseUnavailable(error))
          return throwError(() => error);
        this.report(error as Error);
        void context
          .switchToHttp()
          .getResponse<FastifyReply>()
          .header('retry-after', String(RETRY_AFTER_S));
        return throwError(
          () =>
            new ProblemError(503, `The database does not answer; try again in ${RETRY_AFTER_S} s.`),
        );
      }),
    );
  }

  private report(error: Error): void {
    this.metrics.errors.inc({ stage: 'read', reason: 'store_unwell' });
    const now = performance.now();
    if (now - this.loggedAt < LOG_EVERY_MS) return;
    this.loggedAt = now;
    this.log.warn(
      { error: error.message },
      'the database does not answer; requests are refused with 503',
    );
  }
}
