import { PROTOCOL_READ, type AlertDocument, type Mongo } from '@iot/mongo';

/** Finds devices by what is stored of them. */
export interface DeviceIndex {
  /**
   * Devices of partitions whose silence is to be looked at by a progress, ms by partition.
   * @returns some of them; the others the next time
   */
  due(progress: ReadonlyMap<number, number>): Promise<string[]>;
  /** Devices of partitions. */
  devicesOf(partitions: readonly number[]): AsyncIterable<string>;
  /** Alerts that are pending or active. */
  openAlerts(): AsyncIterable<AlertDocument>;
}

const DUE_AT_ONCE = 1000;
const READ = { batchSize: 1000, ...PROTOCOL_READ };

/** {@link DeviceIndex} on MongoDB: an index on partition and due serves it. */
export class MongoDeviceIndex implements DeviceIndex {
  constructor(private readonly mongo: Pick<Mongo, 'alertStates' | 'alerts'>) {}

  async due(progress: ReadonlyMap<number, number>): Promise<string[]> {
    const found = await this.mongo.alertStates
      .find(
        { $or: [...progress].map(([partition, ms]) => ({ partition, due: { $lte: ms } })) },
        { projection: { _id: 1 }, limit: DUE_AT_ONCE, ...READ },
      )
      .toArray();
    return found.map(({ _id }) => _id);
  }

  async *devicesOf(partitions: readonly number[]): AsyncGenerator<string> {
    const found = this.mongo.alertStates.find(
      { partition: { $in: [...partitions] } },
      { projection: { _id: 1 }, ...READ },
    );
    for await (const { _id } of found) yield _id;
  }

  async *openAlerts(): AsyncGenerator<AlertDocument> {
    yield* this.mongo.alerts.find({ status: { $in: ['pending', 'active'] } }, READ);
  }
}
