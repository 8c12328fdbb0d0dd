import { Controller, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GetList } from '../lists/get-list.js';
import { ReadingsQuery } from '../readings/readings.query.js';
import { HISTORY, LATEST } from './sensors.list.js';
import { LatestQuery } from './sensors.query.js';

/** Values of sensors, one a row. */
@ApiTags('readings')
@Controller('sensors')
export class SensorsController {
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
