import { Controller, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GetList } from '../lists/get-list.js';
import { TELEMETRY } from './readings.list.js';
import { ReadingsQuery } from './readings.query.js';

/** Readings of all devices. */
@ApiTags('readings')
@Controller()
export class ReadingsController {
  @GetList('telemetry', TELEMETRY, {
    summary: 'Readings, the newest first by their own time',
    index: 'readings of all devices',
  })
  telemetry(@Query() query: ReadingsQuery) {
    return query;
  }
}
