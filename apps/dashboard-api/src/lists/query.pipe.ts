import { printable } from '@iot/printable';
import { ProblemError } from '@iot/service';
import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import type { ParameterError } from './core/selection.js';

/** Most unknown names that an answer repeats, and most characters of each. */
const LISTED = 5;
const LONGEST_NAME = 40;

/**
 * Checks a query string against the class of the handler's parameter: unknown names and bad values
 * are a 400 that says what is allowed.
 */
@Injectable()
export class QueryPipe implements PipeTransform {
  transform(query: Record<string, unknown>, { metatype }: ArgumentMetadata): object {
    const type = metatype as ClassConstructor<object>;
    const known = parameterNames(type);
    const unknown = Object.keys(query).filter((name) => !known.has(name));
    const errors: ParameterError[] = unknown.slice(0, LISTED).map((given, i) => {
      const name = printable(given, LONGEST_NAME);
      const rest = i === 0 ? `; known: ${[...known].join(', ') || 'none'}` : '';
      return { field: name, message: `${name} is not a parameter here${rest}` };
    });
    if (unknown.length > LISTED)
      errors.push({ field: '', message: `and ${unknown.length - LISTED} more are not` });
    const values = Object.fromEntries(Object.entries(query).filter(([name]) => known.has(name)));
    const parsed = plainToInstance(type, values);
    if (known.size > 0)
      for (const { property, constraints } of validateSync(parsed, { stopAtFirstError: true }))
        errors.push({
          field: property,
          message: Object.values(constraints ?? {})[0] ?? `${property} is not valid`,
        });
    if (errors.length > 0) throw badQuery(errors);
    return parsed;
  }
}

/** A 400 whose detail can be read without looking at `errors`. */
export const badQuery = (errors: readonly ParameterError[]): ProblemError =>
  new ProblemError(
    400,
    `The query is not valid: ${errors.map(({ message }) => message).join('; ')}.`,
    { errors },
  );

const parameterNames = (type: ClassConstructor<object>): Set<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map(({ propertyName }) => propertyName),
  );
