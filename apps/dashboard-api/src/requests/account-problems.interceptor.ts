import { AccountRefusal, ProviderUnavailable, TooBusy } from '@iot/accounts';
import { ProblemError } from '@iot/service';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { catchError, throwError, type Observable } from 'rxjs';

const STATUS = { unknown: 404, taken: 409, last_admin: 409, invalid: 400 } as const;
const RETRY_AFTER_S = 1;

/** What the accounts refuse is the caller's to mend, and a problem document says how. */
export class AccountProblemsInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (error instanceof AccountRefusal)
          return throwError(
            () => new ProblemError(STATUS[error.reason], error.message, { reason: error.reason }),
          );
        if (!(error instanceof TooBusy || error instanceof ProviderUnavailable))
          return throwError(() => error);
        const reply = context.switchToHttp().getResponse<FastifyReply>();
        void reply.header('retry-after', String(RETRY_AFTER_S));
        return throwError(
          () => new ProblemError(503, `It cannot be done at this moment: ${error.message}.`),
        );
      }),
    );
  }
}
