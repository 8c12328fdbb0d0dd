import type { DeviceDocument, Mongo } from '@iot/mongo';
import { withinDeadline } from '@iot/resilience';
import { ApiProperty } from '@nestjs/swagger';
import { formOf } from '../lists/row.js';
import { DeviceRow } from './device.row.js';

/** Behind every character that an id may have. */
const BEHIND_ALL = '\u007f';
const { fromDocument } = formOf<DeviceDocument, DeviceRow>(DeviceRow);

/** The answer of a search. */
export class FoundDevices {
  @ApiProperty({ type: [DeviceRow] }) data!: DeviceRow[];
  @ApiProperty({ description: 'Whether there are more than these' }) more!: boolean;
}

/** Finds devices by how their id begins, through the index that ids have anyway. */
export class DeviceSearch {
  constructor(
    private readonly mongo: Mongo,
    private readonly timeoutMS: number,
  ) {}

  /** @throws the driver's error or DeadlineExceeded */
  async find(prefix: string, limit: number): Promise<FoundDevices> {
    const { timeoutMS } = this;
    const found = this.mongo.devices
      .find({ _id: { $gte: prefix, $lt: prefix + BEHIND_ALL } }, { timeoutMS })
      .sort({ _id: 1 })
      .limit(limit + 1);
    const documents = await withinDeadline(timeoutMS, found.toArray());
    return { data: documents.slice(0, limit).map(fromDocument), more: documents.length > limit };
  }
}
