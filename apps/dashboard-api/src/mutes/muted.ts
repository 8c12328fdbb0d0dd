import type { AlertDocument, Filter, Mongo, MuteDocument } from '@iot/mongo';

/** Behind all device ids that begin with what is before it. */
const LAST = '\u{10ffff}';

/** Alerts that one of the mutes in force covers, or those that none does: see Mute in @iot/alerting. */
export async function mutedOrNot(
  { mutes }: Pick<Mongo, 'mutes'>,
  muted: boolean,
  now: Date,
): Promise<Filter<AlertDocument>> {
  const inForce = await mutes.find({ from: { $lte: now } }).toArray();
  const covered = inForce.filter(({ to }) => to === null || to > now).map(coveredBy);
  // An empty $or is none to MongoDB.
  if (covered.length === 0) return muted ? { $nor: [{}] } : {};
  return { [muted ? '$or' : '$nor']: covered };
}

function coveredBy({ selector: { device, sensor }, rule }: MuteDocument): Filter<AlertDocument> {
  const beginning = device.endsWith('*') ? device.slice(0, -1) : undefined;
  const devices =
    beginning === undefined ? device : { $gte: beginning, $lt: `${beginning}${LAST}` };
  return {
    device_id: devices,
    ...(sensor !== undefined && { sensor_type: sensor }),
    ...(rule !== undefined && { rule }),
  };
}
