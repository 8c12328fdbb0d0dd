import type { AlertDocument } from '@iot/mongo';
import { equal, within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { AlertRow } from './alert.row.js';
import type { AlertsQuery } from './alerts.query.js';

const alertsBy = (name: string, time: 'timestamp' | 'created_at') =>
  listOf<AlertDocument, AlertRow, AlertsQuery>({
    name,
    collection: ({ alerts }) => alerts,
    stored: 'alerts',
    orderBy: time,
    filter: (selection) => {
      const { device_id, sensor_type, status, severity } = selection.filters;
      return { ...equal({ device_id, sensor_type, status, severity }), ...within(time, selection) };
    },
    row: AlertRow,
  });

/** By when the violation was measured. */
export const ALERTS = alertsBy('alerts', 'timestamp');
/** By when the alert was raised: late data raises alerts now about then. */
export const RECENT_ALERTS = alertsBy('recent-alerts', 'created_at');
