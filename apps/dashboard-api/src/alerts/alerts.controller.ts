import { Controller, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { GetList } from '../lists/get-list.js';
import { ALERTS, RECENT_ALERTS } from './alerts.list.js';
import { AlertsQuery } from './alerts.query.js';

/** Alerts, active and resolved. */
@ApiTags('alerts')
@Controller('alerts')
export class AlertsController {
  @GetList('', ALERTS, {
    summary: 'Alerts, the newest violation first; from and to are times of the violation',
    index: 'alerts by the time of the violation; try ?status=active',
  })
  all(@Query() query: AlertsQuery) {
    return query;
  }

  @GetList('recent', RECENT_ALERTS, {
    summary:
      'Alerts, the last raised first, also those that late data raised; from and to are times of raising',
    index: 'alerts by the time they were raised',
  })
  recent(@Query() query: AlertsQuery) {
    return query;
  }
}
