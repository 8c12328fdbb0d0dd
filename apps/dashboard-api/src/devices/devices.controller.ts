import { Requires } from '@iot/access';
import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { acceptable, JSON_ONLY } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { DEFAULT_LIMIT } from '../lists/core/selection.js';
import { GetList } from '../lists/get-list.js';
import { InIndex } from '../overview/in-index.js';
import { TELEMETRY } from '../readings/readings.list.js';
import { AGGREGATES } from '../rollups/rollups.list.js';
import { DeviceIdPipe } from './device-id.pipe.js';
import { DEVICES, RECENT_DEVICES } from './devices.list.js';
import { DeviceSearch, FoundDevices } from './device-search.js';
import {
  DeviceAggregatesQuery,
  DeviceReadingsQuery,
  DeviceSearchQuery,
  DevicesQuery,
} from './devices.query.js';

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
  constructor(private readonly devices: DeviceSearch) {}

  @GetList('', DEVICES, {
    summary:
      'Devices, the one that first reported last first, with their latest values; from and to are times of last_seen',
    index: 'devices with their latest values',
  })
  all(@Query() query: DevicesQuery) {
    return query;
  }

  @GetList('recent', RECENT_DEVICES, {
    summary:
      'Devices, the one that was last seen last first, with their latest values; from and to are times of last_seen',
    index: 'devices by when they were last seen',
  })
  recent(@Query() query: DevicesQuery) {
    return query;
  }

  @Get('search')
  @Requires('viewer')
  @InIndex('devices whose id begins with a text; try ?prefix=sensor-')
  @ApiOperation({ summary: 'Devices whose id begins with a text, by id; 100 at most' })
  @ApiOkResponse({ type: FoundDevices })
  @ApiProblems(400, 406, 503)
  search(@Query() query: DeviceSearchQuery, @Req() request: FastifyRequest): Promise<FoundDevices> {
    acceptable(request, JSON_ONLY);
    return this.devices.find(query.prefix ?? '', query.limit ?? DEFAULT_LIMIT);
  }

  @ApiParam(API_DEVICE)
  @GetList(':id/telemetry', TELEMETRY, {
    summary: 'Readings of one device, the newest first by their own time',
    index: 'readings of one device',
  })
  telemetry(@Param('id', DeviceIdPipe) device_id: string, @Query() query: DeviceReadingsQuery) {
    return { ...query, device_id };
  }

  @ApiParam(API_DEVICE)
  @GetList(':id/aggregates', AGGREGATES, {
    summary: 'Rollup rows of one device, the newest window first',
    index: 'rollup rows of one device; try ?window=1m&sensor_type=temperature_c',
  })
  aggregates(@Param('id', DeviceIdPipe) device_id: string, @Query() query: DeviceAggregatesQuery) {
    return { ...query, device_id };
  }
}
