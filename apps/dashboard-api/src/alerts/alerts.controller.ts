import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ALERTS, RECENT_ALERTS } from '../lists/lists.js';
import { ApiList } from '../lists/api-list.js';
import { ListResponder } from '../lists/responder.js';
import { AlertsQuery } from '../lists/parameters.js';
import { QueryPipe } from '../lists/query.pipe.js';
import { AlertRowModel } from '../lists/row-models.js';

/** Alerts, active and resolved. */
@ApiTags('alerts')
@Controller('alerts')
export class AlertsController {
  constructor(private readonly lists: ListResponder) {}

  @Get()
  @ApiList(
    AlertRowModel,
    'Alerts, the newest violation first; from and to are times of the violation',
  )
  all(
    @Query(QueryPipe) query: AlertsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(ALERTS, query, request, reply);
  }

  @Get('recent')
  @ApiList(
    AlertRowModel,
    'Alerts, the last raised first, also those that late data raised; from and to are times of raising',
  )
  recent(
    @Query(QueryPipe) query: AlertsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(RECENT_ALERTS, query, request, reply);
  }
}
