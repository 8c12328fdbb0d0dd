import { isScope, SCOPE_RULE } from '@iot/credentials';
import { ProblemError } from '@iot/service';
import { Injectable, type PipeTransform } from '@nestjs/common';

/** A machine in a path, decoded: a device id, or a pattern of such ids. */
@Injectable()
export class MachineIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (isScope(id)) return id;
    throw new ProblemError(400, `The path is not valid: a machine ${SCOPE_RULE}.`, {
      errors: [{ field: 'id', message: SCOPE_RULE }],
    });
  }
}
