import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AGGREGATES, HISTORY, LATEST, TELEMETRY } from '../lists/lists.js';
import { ApiList } from '../lists/api-list.js';
import { ListResponder } from '../lists/responder.js';
import { AggregatesQuery, LatestQuery, ReadingsQuery } from '../lists/parameters.js';
import { QueryPipe } from '../lists/query.pipe.js';
import { AggregateRowModel, SensorRowModel, TelemetryRowModel } from '../lists/row-models.js';

/** Readings and rollups of all devices. */
@ApiTags('readings')
@Controller()
export class ReadingsController {
  constructor(private readonly lists: ListResponder) {}

  @Get('telemetry')
  @ApiList(TelemetryRowModel, 'Readings, the newest first by their own time')
  telemetry(
    @Query(QueryPipe) query: ReadingsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(TELEMETRY, query, request, reply);
  }

  @Get('aggregated')
  @ApiList(
    AggregateRowModel,
    'Rollup rows: count, sum, min, max and average of one sensor of one device in one window, the newest window first',
  )
  aggregated(
    @Query(QueryPipe) query: AggregatesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(AGGREGATES, query, request, reply);
  }

  @Get('sensors/latest')
  @ApiList(
    SensorRowModel,
    'Latest value of each sensor of each device; devices that first reported last come first, sensors by name',
  )
  latest(
    @Query(QueryPipe) query: LatestQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(LATEST, query, request, reply);
  }

  @Get('sensors/history')
  @ApiList(
    SensorRowModel,
    'Values of sensors one by one, the newest first; name a device_id, a sensor_type or both to narrow it',
  )
  history(
    @Query(QueryPipe) query: ReadingsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(HISTORY, query, request, reply);
  }
}
