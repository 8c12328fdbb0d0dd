import type { DeviceDocument } from '@iot/mongo';
import { isoTime } from '../lists/core/edge-times.js';
import type { Cell } from '../lists/core/csv.js';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

/** Latest value of each sensor, and its time. */
type Latest = Record<string, { value: number; ts: string | null }>;

const latestOf = ({ latest }: DeviceDocument): Latest =>
  Object.fromEntries(
    Object.entries(latest ?? {}).map(([sensor, { value, ts }]) => [
      sensor,
      { value, ts: isoTime(ts) },
    ]),
  );

/** Columns of the latest values: value and time of each sensor of the catalogue. */
const latestColumns = (sensors: readonly string[]) =>
  sensors.flatMap((sensor) => {
    const of = (row: object) => (row as DeviceRow).latest[sensor];
    return [
      { name: sensor, cell: (row: object): Cell => of(row)?.value },
      { name: `${sensor}_ts`, cell: (row: object): Cell => of(row)?.ts },
    ];
  });

const { computed, time } = fieldsOf<DeviceDocument>();

/** A device as served. */
export class DeviceRow {
  @computed(({ _id }) => _id, { example: 'device-1' }) device_id!: string;
  @time(EARLY) first_seen!: string | null;
  @time(LATER) last_seen!: string | null;
  @computed(
    latestOf,
    {
      type: 'object',
      description: 'Latest value of each sensor, and its time',
      additionalProperties: {
        type: 'object',
        properties: {
          value: { type: 'number' },
          ts: { type: ['string', 'null'] as never, format: 'date-time' },
        },
      },
      example: { temperature_c: { value: 21.5, ts: LATER } },
    },
    latestColumns,
  )
  latest!: Latest;
}
