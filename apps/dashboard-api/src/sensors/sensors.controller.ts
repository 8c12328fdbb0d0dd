import { Requires } from '@iot/access';
import { SensorCatalogue } from '@iot/telemetry';
import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { acceptable, JSON_ONLY } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { GetList } from '../lists/get-list.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { ReadingsQuery } from '../readings/readings.query.js';
import { Sensors } from './catalogue.model.js';
import { HISTORY, LATEST } from './sensors.list.js';
import { LatestQuery } from './sensors.query.js';

/** Values of sensors, one a row. */
@ApiTags('readings')
@Controller('sensors')
export class SensorsController {
  constructor(private readonly catalogue: SensorCatalogue) {}

  @Get()
  @Requires('viewer')
  @InIndex('the sensors of this installation, with their units')
  @ApiOperation({ summary: 'The sensors of this installation, with their units' })
  @ApiOkResponse({ type: Sensors })
  @ApiProblems(400, 406)
  all(@Query() _query: NoQuery, @Req() request: FastifyRequest): Sensors {
    acceptable(request, JSON_ONLY);
    return { data: [...this.catalogue.byName.values()].map(({ name, unit }) => ({ name, unit })) };
  }

  @GetList('latest', LATEST, {
    summary:
      'Latest value of each sensor of each device; devices that first reported last come first, sensors by name',
    index: 'latest value of each sensor of each device',
    operationId: 'ReadingsController_latest',
  })
  latest(@Query() query: LatestQuery) {
    return query;
  }

  @GetList('history', HISTORY, {
    summary:
      'Values of sensors one by one, the newest first; name a device_id, a sensor_type or both to narrow it',
    index: 'values of sensors one by one; try ?device_id=…&limit=10',
    operationId: 'ReadingsController_history',
  })
  history(@Query() query: ReadingsQuery) {
    return query;
  }
}
