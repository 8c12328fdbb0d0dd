import { isName, NAME_RULE } from '@iot/notification';
import { Injectable, type PipeTransform } from '@nestjs/common';
import { notValid } from './not-valid.js';

/** A name of a receiver or route in a path. */
@Injectable()
export class NamePipe implements PipeTransform<string, string> {
  transform(name: string): string {
    if (isName(name)) return name;
    throw notValid('path', [{ field: 'name', message: `name must be ${NAME_RULE}` }]);
  }
}
