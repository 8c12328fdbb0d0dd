import { Controller, Param, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { GetList } from '../lists/get-list.js';
import { TELEMETRY } from '../readings/readings.list.js';
import { AGGREGATES } from '../rollups/rollups.list.js';
import { DeviceIdPipe } from './device-id.pipe.js';
import { DEVICES } from './devices.list.js';
import { DeviceAggregatesQuery, DeviceReadingsQuery, DevicesQuery } from './devices.query.js';

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
  @GetList('', DEVICES, {
    summary:
      'Devices, the one that first reported last first, with their latest values; from and to are times of last_seen',
    index: 'devices with their latest values',
  })
  all(@Query() query: DevicesQuery) {
    return query;
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
