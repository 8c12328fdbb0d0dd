import { ProblemError } from '@iot/service';
import type { FieldError } from '@iot/telemetry';

/** A 400 whose detail can be read without looking at `errors`, whose messages name their fields. */
export const notValid = (what: string, errors: readonly FieldError[]): ProblemError =>
  new ProblemError(400, `The ${what} is not valid: ${errors.map((it) => it.message).join('; ')}.`, {
    errors,
  });

/** The same of errors whose messages leave it to `field` to say which it is. */
export function fieldsNotValid(what: string, errors: readonly FieldError[]): ProblemError {
  const said = errors.map(({ field, message }) => `${field} ${message}`.trim()).join('; ');
  return new ProblemError(400, `The ${what} is not valid: ${said}.`, { errors });
}
