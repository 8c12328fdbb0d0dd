import { isoTime } from '../lists/core/edge-times.js';
import type { Mongo } from '@iot/mongo';
import type { Statistics } from './statistics.model.js';
import { withinDeadline } from '@iot/resilience';

/** Reads the {@link Statistics}. */
export class StatisticsReader {
  constructor(
    private readonly mongo: Mongo,
    private readonly timeoutMS: number,
  ) {}

  /**
   * A few reads that cost the same however much is stored, but for the active alerts. @throws the
   * driver's error or DeadlineExceeded
   */
  read(): Promise<Statistics> {
    return withinDeadline(this.timeoutMS, this.readAll());
  }

  private async readAll(): Promise<Statistics> {
    const { mongo, timeoutMS } = this;
    const within = { timeoutMS };
    const [telemetry, aggregated, devices, alerts, active, last_reading] = await Promise.all([
      mongo.raw.estimatedDocumentCount(within),
      mongo.rollups.estimatedDocumentCount(within),
      mongo.devices.estimatedDocumentCount(within),
      mongo.alerts.estimatedDocumentCount(within),
      mongo.alerts
        .aggregate<{ _id: string; count: number }>(
          [{ $match: { status: 'active' } }, { $group: { _id: '$severity', count: { $sum: 1 } } }],
          within,
        )
        .toArray(),
      this.lastReading(),
    ]);
    const bySeverity = (severity: string): number =>
      active.find(({ _id }) => _id === severity)?.count ?? 0;
    const [warning, critical] = [bySeverity('warning'), bySeverity('critical')];
    return {
      telemetry: { count: telemetry },
      aggregated: { count: aggregated },
      devices: { count: devices },
      alerts: { count: alerts, active: { warning, critical, total: warning + critical } },
      last_reading,
    };
  }

  /** Through the devices, of which there are few, to the newest reading of one of them. */
  private async lastReading(): Promise<Statistics['last_reading']> {
    const { mongo, timeoutMS } = this;
    const [device] = await mongo.devices
      .find({}, { projection: { _id: 1 }, timeoutMS })
      .sort({ last_seen: -1 })
      .limit(1)
      .toArray();
    if (!device) return null;
    const [reading] = await mongo.raw
      .find({ device_id: device._id }, { projection: { ts: 1, received_at: 1 }, timeoutMS })
      .sort({ ts: -1 })
      .limit(1)
      .toArray();
    return reading
      ? {
          device_id: device._id,
          ts: isoTime(reading.ts),
          received_at: isoTime(reading.received_at),
        }
      : null;
  }
}
