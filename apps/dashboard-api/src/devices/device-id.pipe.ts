import { DEVICE_ID } from '@iot/telemetry';
import { Injectable, type PipeTransform } from '@nestjs/common';
import { DEVICE_ID_RULE } from '../lists/parameters.js';
import { notValid } from '../requests/not-valid.js';

/** A device id in a path, decoded. */
@Injectable()
export class DeviceIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (DEVICE_ID.test(id)) return id;
    throw notValid('path', [{ field: 'device_id', message: DEVICE_ID_RULE }]);
  }
}
