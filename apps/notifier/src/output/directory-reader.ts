import { muteHolds } from '@iot/alerting';
import { PROTOCOL_READ, type Mongo } from '@iot/mongo';
import type { Mute } from '../core/judge.js';
import type { Directory } from '../core/directory.js';

/** Receivers, routes and mutes, as the database has them. @throws the driver's error */
export async function readDirectory({ receivers, routes, mutes }: Mongo): Promise<Directory> {
  const [allReceivers, allRoutes, allMutes] = await Promise.all([
    receivers.find({}, PROTOCOL_READ).toArray(),
    routes.find({}, PROTOCOL_READ).sort({ _id: 1 }).toArray(),
    mutes.find({}, PROTOCOL_READ).toArray(),
  ]);
  return {
    receivers: new Map(allReceivers.map((receiver) => [receiver._id, receiver])),
    routes: allRoutes,
    mutes: allMutes.map((mute): Mute => {
      const from = mute.from.getTime();
      const to = mute.to?.getTime() ?? null;
      return {
        fromMs: from,
        toMs: to ?? Infinity,
        covers: ({ device_id: deviceId, sensor_type: sensor, rule }) =>
          muteHolds({ ...mute, from, to }, { deviceId, sensor, rule }, from),
      };
    }),
  };
}
