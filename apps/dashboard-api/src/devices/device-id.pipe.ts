import { ProblemError } from '@iot/service';
import { DEVICE_ID } from '@iot/telemetry';
import { Injectable, type PipeTransform } from '@nestjs/common';
import { DEVICE_ID_RULE } from '../lists/parameters.js';

/** A device id in a path, decoded. */
@Injectable()
export class DeviceIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (DEVICE_ID.test(id)) return id;
    throw new ProblemError(400, `The path is not valid: ${DEVICE_ID_RULE}.`, {
      errors: [{ field: 'device_id', message: DEVICE_ID_RULE }],
    });
  }
}
