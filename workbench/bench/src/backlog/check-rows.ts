import type { Db } from 'mongodb';
import { difference, type Expected, type Fold } from '../core/expected-rows.js';

interface GroupedRows extends Fold {
  _id: { window: string; sensor: string };
  rows: number;
}

/**
 * Compares the database with what the backlog should have left there: the number of raw events, of
 * devices, all rows of each window size and sensor together, and each row of some devices.
 * @returns what is wrong, or undefined
 */
export async function wrongRows(
  db: Db,
  { events, totals, rows, sampled }: Expected,
): Promise<string | undefined> {
  const raw = await db.collection('telemetry_raw').estimatedDocumentCount();
  if (raw !== events) return `${raw} raw events are stored instead of ${events}`;
  const groups = await db
    .collection('aggregated_data')
    .aggregate<GroupedRows>([
      {
        $group: {
          _id: { window: '$window', sensor: '$sensor_type' },
          rows: { $sum: 1 },
          count: { $sum: '$count' },
          sum: { $sum: '$sum' },
          min: { $min: '$min' },
          max: { $max: '$max' },
        },
      },
    ])
    .toArray();
  const found = new Map(groups.map((group) => [`${group._id.window}|${group._id.sensor}`, group]));
  for (const [key, total] of totals) {
    const group = found.get(key);
    const wrong = difference(`all rows of ${key}`, group, total);
    if (wrong) return wrong;
    if (group!.rows !== total.rows)
      return `there are ${group!.rows} rows of ${key} instead of ${total.rows}`;
  }
  if (found.size !== totals.size)
    return `there are rows of ${found.size} window sizes and sensors instead of ${totals.size}`;
  const stored = new Map<string, Fold>();
  for await (const { _id, ...fold } of db
    .collection<Fold & { _id: string }>('aggregated_data')
    .find({ device_id: { $in: [...sampled] } }))
    stored.set(_id, fold);
  if (stored.size !== rows.size)
    return `${sampled.length} devices have ${stored.size} rows instead of ${rows.size}`;
  for (const [id, row] of rows) {
    const wrong = difference(`row ${id}`, stored.get(id), row);
    if (wrong) return wrong;
  }
  return undefined;
}
