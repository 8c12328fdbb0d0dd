import { Controller, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GetList } from '../lists/get-list.js';
import { AGGREGATES } from './rollups.list.js';
import { AggregatesQuery } from './rollups.query.js';

/** Rollup rows of all devices. */
@ApiTags('readings')
@Controller()
export class RollupsController {
  @GetList('aggregated', AGGREGATES, {
    summary:
      'Rollup rows: count, sum, min, max and average of one sensor of one device in one window, the newest window first',
    index: 'rollup rows: count, sum, min, max and average by device, sensor and window',
    operationId: 'ReadingsController_aggregated',
  })
  aggregated(@Query() query: AggregatesQuery) {
    return query;
  }
}
