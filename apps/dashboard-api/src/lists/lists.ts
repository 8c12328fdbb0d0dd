import type {
  AlertDocument,
  DeviceDocument,
  INDEXES,
  Mongo,
  RawDocument,
  RollupDocument,
} from '@iot/mongo';
import type { Collection, Document, Filter } from '@iot/mongo';
import {
  AGGREGATE_COLUMNS,
  ALERT_COLUMNS,
  deviceColumns,
  SENSOR_COLUMNS,
  telemetryColumns,
} from './core/columns.js';
import type { Column } from './core/csv.js';
import type { RowOf } from './core/page.js';
import {
  aggregateRow,
  alertRow,
  deviceRow,
  historyRows,
  latestRows,
  telemetryRow,
  type AggregateRow,
  type AlertRow,
  type DeviceRow,
  type SensorRow,
  type TelemetryRow,
} from './core/rows.js';
import type { Selection } from './core/selection.js';

/**
 * A list that the API serves: where its documents are, how they are ordered and chosen, and what
 * rows they give.
 */
export interface List<D extends Document, R> {
  /** In cursors, metrics and the names of exported files. */
  readonly name: string;
  readonly collection: (mongo: Mongo) => Collection<D>;
  /** The collection's name, for its indexes. */
  readonly stored: keyof typeof INDEXES;
  /**
   * The field whose newest comes first. It never changes in a document, or paging would pass by the
   * documents that move.
   */
  readonly orderBy: keyof D & string;
  readonly filter: (selection: Selection) => Filter<D>;
  readonly rows: (document: D, selection: Selection) => readonly RowOf<R>[];
  readonly columns: (sensors: readonly string[]) => readonly Column<R>[];
}

type Condition = Record<string, unknown>;

/** Half-open: from included, to not. */
const within = (field: string, { from, to }: Selection): Condition =>
  from === undefined && to === undefined
    ? {}
    : {
        [field]: {
          ...(from !== undefined && { $gte: new Date(from) }),
          ...(to !== undefined && { $lt: new Date(to) }),
        },
      };

const equal = (fields: Record<string, unknown>): Condition =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

const having = (field: string | undefined): Condition =>
  field === undefined ? {} : { [field]: { $exists: true } };

const readings = ({
  filters: { device_id, sensor_type },
  ...selection
}: Selection): Filter<RawDocument> => ({
  ...equal({ device_id }),
  ...within('ts', selection as Selection),
  ...having(sensor_type),
});

export const TELEMETRY: List<RawDocument, TelemetryRow> = {
  name: 'telemetry',
  collection: ({ raw }) => raw,
  stored: 'telemetry_raw',
  orderBy: 'ts',
  filter: readings,
  rows: (document) => [{ row: telemetryRow(document) }],
  columns: telemetryColumns,
};

export const HISTORY: List<RawDocument, SensorRow> = {
  name: 'history',
  collection: ({ raw }) => raw,
  stored: 'telemetry_raw',
  orderBy: 'ts',
  filter: readings,
  rows: (document, { filters }) => historyRows(document, filters.sensor_type),
  columns: () => SENSOR_COLUMNS,
};

export const AGGREGATES: List<RollupDocument, AggregateRow> = {
  name: 'aggregated',
  collection: ({ rollups }) => rollups,
  stored: 'aggregated_data',
  orderBy: 'timestamp',
  filter: (selection) => {
    const { device_id, sensor_type, window } = selection.filters;
    return { ...equal({ device_id, sensor_type, window }), ...within('timestamp', selection) };
  },
  rows: (document) => [{ row: aggregateRow(document) }],
  columns: () => AGGREGATE_COLUMNS,
};

const alertsBy = (
  name: string,
  time: 'timestamp' | 'created_at',
): List<AlertDocument, AlertRow> => ({
  name,
  collection: ({ alerts }) => alerts,
  stored: 'alerts',
  orderBy: time,
  filter: (selection) => {
    const { device_id, sensor_type, status, severity } = selection.filters;
    return { ...equal({ device_id, sensor_type, status, severity }), ...within(time, selection) };
  },
  rows: (document) => [{ row: alertRow(document) }],
  columns: () => ALERT_COLUMNS,
});

/** By when the violation was measured. */
export const ALERTS = alertsBy('alerts', 'timestamp');
/** By when the alert was raised: late data raises alerts now about then. */
export const RECENT_ALERTS = alertsBy('recent-alerts', 'created_at');

/**
 * Devices that reported come first by when they first did: `last_seen` moves with every reading,
 * and would carry devices past a reader's cursor.
 */
export const DEVICES: List<DeviceDocument, DeviceRow> = {
  name: 'devices',
  collection: ({ devices }) => devices,
  stored: 'devices',
  orderBy: 'first_seen',
  filter: (selection) => ({
    ...equal({ _id: selection.filters.device_id }),
    ...within('last_seen', selection),
  }),
  rows: (document) => [{ row: deviceRow(document) }],
  columns: deviceColumns,
};

export const LATEST: List<DeviceDocument, SensorRow> = {
  name: 'latest',
  collection: ({ devices }) => devices,
  stored: 'devices',
  orderBy: 'first_seen',
  filter: ({ filters: { device_id, sensor_type } }) => ({
    ...equal({ _id: device_id }),
    ...having(sensor_type && `latest.${sensor_type}`),
  }),
  rows: (document, { filters }) => latestRows(document, filters.sensor_type),
  columns: () => SENSOR_COLUMNS,
};
