import { ProblemError } from '@iot/common/service';
import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { ParameterError } from '../core/selection.js';

/** Checks a query string against the class of the handler's parameter: unknown names and bad values are a 400 that says what is allowed. */
@Injectable()
export class QueryPipe implements PipeTransform {
  transform(query: Record<string, unknown>, { metatype }: ArgumentMetadata): object {
    const type = metatype as ClassConstructor<object>;
    const known = parameterNames(type);
    const errors: ParameterError[] = Object.keys(query)
      .filter((name) => !known.has(name))
      .map((name) => ({ field: name, message: `${name} is not a parameter here; known: ${[...known].join(', ') || 'none'}` }));
    const values = Object.fromEntries(Object.entries(query).filter(([name]) => known.has(name)));
    const parsed = plainToInstance(type, values);
    if (known.size > 0)
      for (const { property, constraints } of validateSync(parsed, { stopAtFirstError: true }))
        errors.push({ field: property, message: Object.values(constraints ?? {})[0] ?? `${property} is not valid` });
    if (errors.length > 0) throw badQuery(errors);
    return parsed;
  }
}

/** A 400 whose detail can be read without looking at `errors`. */
export const badQuery = (errors: readonly ParameterError[]): ProblemError =>
  new ProblemError(400, `The query is not valid: ${errors.map(({ message }) => message).join('; ')}.`, { errors });

const parameterNames = (type: ClassConstructor<object>): Set<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map(({ propertyName }) => propertyName),
  );
