import { Controller, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GetList } from '../lists/get-list.js';
import { LOGS } from './logs.list.js';
import { LogsQuery } from './logs.query.js';

/** What the services logged. */
@ApiTags('logs')
@Controller('logs')
export class LogsController {
  @GetList('', LOGS, {
    summary: 'Lines that services logged, the newest first',
    index: 'what the services logged; try ?from=2026-01-31T12:00:00Z&level=warn',
    requires: 'operator',
    saysCut: true,
  })
  all(@Query() query: LogsQuery) {
    return query;
  }
}
