import type { AlertDocument } from '@iot/mongo';
import { equal, within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { mutedOrNot } from '../mutes/muted.js';
import { AlertRow, type ShownStatus } from './alert.row.js';
import type { AlertsQuery } from './alerts.query.js';

/** Few alerts are passed by for these. */
const UNINDEXED: ReadonlySet<string> = new Set(['rule', 'raises_last_hour', 'acknowledgement']);

/** The stored status does not know of acknowledgements, which the alerts worker does not write. */
const inState = (status: ShownStatus | undefined): object => {
  if (status === 'acknowledged') return { status: 'active', acknowledgement: { $exists: true } };
  if (status === 'active') return { status, acknowledgement: { $exists: false } };
  return equal({ status });
};

const alertsBy = (name: string, time: 'timestamp' | 'created_at') =>
  listOf<AlertDocument, AlertRow, AlertsQuery>({
    name,
    collection: ({ alerts }) => alerts,
    stored: 'alerts',
    orderBy: time,
    filter: (selection) => {
      const { device_id, sensor_type, status, severity, rule, min_raises } = selection.filters;
      return {
        ...equal({ device_id, sensor_type, severity, rule }),
        ...inState(status),
        ...(min_raises !== undefined && { raises_last_hour: { $gte: min_raises } }),
        ...within(time, selection),
      };
    },
    also: async (mongo, { filters: { muted } }) =>
      muted === undefined ? {} : mutedOrNot(mongo, muted === 'true', new Date()),
    unindexed: (field) => UNINDEXED.has(field),
    row: AlertRow,
  });

/** By when the violation was measured. */
export const ALERTS = alertsBy('alerts', 'timestamp');
/** By when the alert was raised: late data raises alerts now about then. */
export const RECENT_ALERTS = alertsBy('recent-alerts', 'created_at');
