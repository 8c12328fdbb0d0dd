import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { fieldNames, refuseUnknown } from '../lists/query.pipe.js';
import { notValid } from './not-valid.js';

/**
 * Checks a JSON body against the class of the handler's parameter, for `@Body(BodyPipe)`: unknown
 * fields and bad values are a 400 that names each. No answer repeats a value: it may be a secret.
 */
@Injectable()
export class BodyPipe implements PipeTransform {
  /** @throws ProblemError 400 */
  async transform(given: unknown, { metatype }: ArgumentMetadata): Promise<unknown> {
    // A request without a body has no fields.
    const value = given ?? {};
    if (typeof value !== 'object' || Array.isArray(value))
      throw notValid('body', [{ field: '', message: 'the body must be a JSON object' }]);
    const known = fieldNames(metatype!);
    const errors = refuseUnknown(Object.keys(value), known, 'field');
    const body = Object.fromEntries(Object.entries(value).filter(([name]) => known.has(name)));
    const instance = instanceOf(metatype as Type<object>, body);
    const failed = await validate(instance, { stopAtFirstError: true });
    for (const { property: field, constraints } of failed) {
      const [message = `${field} is not valid`] = Object.values(constraints ?? {});
      errors.push({ field, message });
    }
    if (errors.length > 0) throw notValid('body', errors);
    return instance;
  }
}

/** @throws ProblemError 400 for what is nested so deep that walking it takes the whole stack */
function instanceOf(type: Type<object>, body: object): object {
  try {
    return plainToInstance(type, body);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw notValid('body', [{ field: '', message: 'the body must not be nested so deep' }]);
  }
}
