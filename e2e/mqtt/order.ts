import type { Db } from 'mongodb';

interface Raw {
  readonly device_id: string;
  readonly ts: Date;
  readonly source: string;
}

/** Readings of a device that are stored from a later record than a newer one of it. */
export async function outOfOrder(db: Db): Promise<string[]> {
  const rows = await db.collection<Raw>('telemetry_raw').find({}).toArray();
  const placed = rows
    .map(({ device_id, ts, source }) => ({
      device_id,
      ts: ts.getTime(),
      offset: Number(source.split('/')[2]),
    }))
    .sort((a, b) => a.offset - b.offset);
  const newest = new Map<string, number>();
  const found: string[] = [];
  for (const { device_id, ts, offset } of placed) {
    if (ts < (newest.get(device_id) ?? 0)) found.push(`${device_id} ${ts} at ${offset}`);
    else newest.set(device_id, ts);
  }
  return found;
}
