import { isName, NAME_RULE } from '@iot/notification';
import { ProblemError } from '@iot/service';
import { Injectable, type PipeTransform } from '@nestjs/common';

/** A name of a receiver or route in a path. */
@Injectable()
export class NamePipe implements PipeTransform<string, string> {
  transform(name: string): string {
    if (isName(name)) return name;
    const message = `name must be ${NAME_RULE}`;
    throw new ProblemError(400, `The path is not valid: ${message}.`, {
      errors: [{ field: 'name', message }],
    });
  }
}
