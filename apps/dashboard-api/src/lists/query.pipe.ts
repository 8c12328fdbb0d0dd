import { printable } from '@iot/printable';
import type { ProblemError } from '@iot/service';
import { Injectable, ValidationPipe, type ArgumentMetadata, type Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { notValid } from '../requests/not-valid.js';
import { QueryError, type ParameterError } from './core/selection.js';

/** Most unknown names that an answer repeats, and most characters of each. */
const LISTED = 5;
const LONGEST_NAME = 40;

/**
 * Checks a query string against the class of the handler's parameter: unknown names and bad values
 * are a 400 that says what is allowed. Values are Nest's to check. Names are not: its pipe drops
 * `__proto__`, and class-transformer `constructor`, before anything could refuse them; and it would
 * repeat all names that somebody sends, as they are.
 */
@Injectable()
export class QueryPipe extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) =>
        new QueryError(
          errors.map(({ property: field, constraints }) => {
            const [message = `${field} is not valid`] = Object.values(constraints ?? {});
            return { field, message };
          }),
        ),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type !== 'query' || !metadata.metatype) return value;
    const query = value as Record<string, unknown>;
    const known = fieldNames(metadata.metatype);
    const errors = refuseUnknown(Object.keys(query), known);
    const values = Object.fromEntries(Object.entries(query).filter(([name]) => known.has(name)));
    const parsed: unknown = await super.transform(values, metadata).catch((error: unknown) => {
      if (!(error instanceof QueryError)) throw error;
      errors.push(...error.errors);
    });
    if (errors.length > 0) throw badQuery(errors);
    return parsed;
  }
}

/** A line for each of a few names that are not known. @param kind what a name is here */
export function refuseUnknown(
  names: readonly string[],
  known: ReadonlySet<string>,
  kind = 'parameter',
): ParameterError[] {
  const unknown = names.filter((name) => !known.has(name));
  const errors = unknown.slice(0, LISTED).map((given, i) => {
    const name = printable(given, LONGEST_NAME);
    const rest = i === 0 ? `; known: ${[...known].join(', ') || 'none'}` : '';
    return { field: name, message: `${name} is not a ${kind} here${rest}` };
  });
  if (unknown.length > LISTED)
    errors.push({ field: '', message: `and ${unknown.length - LISTED} more are not` });
  return errors;
}

/** A 400 that names each bad parameter. */
export const badQuery = (errors: readonly ParameterError[]): ProblemError =>
  notValid('query', errors);

/** Names of the fields that a class has rules for. */
export const fieldNames = (type: Type<unknown>): Set<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(type, '', false, false)
      .map(({ propertyName }) => propertyName),
  );
