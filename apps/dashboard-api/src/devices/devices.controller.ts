import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AGGREGATES, DEVICES, TELEMETRY } from '../lists/lists.js';
import { ApiList } from '../lists/api-list.js';
import { DeviceIdPipe } from './device-id.pipe.js';
import { ListResponder } from '../lists/responder.js';
import { DeviceAggregatesQuery, DeviceReadingsQuery, DevicesQuery } from '../lists/parameters.js';
import { QueryPipe } from '../lists/query.pipe.js';
import { AggregateRowModel, DeviceRowModel, TelemetryRowModel } from '../lists/row-models.js';

const API_DEVICE = {
  name: 'id',
  description: 'device_id, percent-encoded where needed',
  example: 'device-1',
};

/**
 * Devices that ever reported, and what belongs to one of them. A device that never did has empty
 * lists.
 */
@ApiTags('devices')
@Controller('devices')
export class DevicesController {
  constructor(private readonly lists: ListResponder) {}

  @Get()
  @ApiList(
    DeviceRowModel,
    'Devices, the one that first reported last first, with their latest values; from and to are times of last_seen',
  )
  all(
    @Query(QueryPipe) query: DevicesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(DEVICES, query, request, reply);
  }

  @Get(':id/telemetry')
  @ApiParam(API_DEVICE)
  @ApiList(TelemetryRowModel, 'Readings of one device, the newest first by their own time')
  telemetry(
    @Param('id', DeviceIdPipe) device_id: string,
    @Query(QueryPipe) query: DeviceReadingsQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(TELEMETRY, { ...query, device_id }, request, reply);
  }

  @Get(':id/aggregates')
  @ApiParam(API_DEVICE)
  @ApiList(AggregateRowModel, 'Rollup rows of one device, the newest window first')
  aggregates(
    @Param('id', DeviceIdPipe) device_id: string,
    @Query(QueryPipe) query: DeviceAggregatesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.lists.send(AGGREGATES, { ...query, device_id }, request, reply);
  }
}
