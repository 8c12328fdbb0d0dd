import { Injectable, type CallHandler, type ExecutionContext } from '@nestjs/common';
import type { NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import type { ListQuery } from './core/selection.js';
import { ListResponder } from './responder.js';
import { ServedList } from './served-list.js';

/** Answers the query that a handler of a list gives. */
@Injectable()
export class ListInterceptor implements NestInterceptor<ListQuery> {
  constructor(
    private readonly reflector: Reflector,
    private readonly responder: ListResponder,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler<ListQuery>): Observable<unknown> {
    const list = this.reflector.get(ServedList, context.getHandler());
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    return next
      .handle()
      .pipe(mergeMap((query) => this.responder.answer(list, query, request, reply)));
  }
}
