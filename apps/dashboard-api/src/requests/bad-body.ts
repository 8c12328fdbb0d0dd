import type { FieldError } from '@iot/notification';
import { ProblemError } from '@iot/service';

/** A 400 for a body that was checked by its own rules, whose detail can be read by itself. */
export const refusedBody = (errors: readonly FieldError[]): ProblemError =>
  new ProblemError(
    400,
    `The body is not valid: ${errors.map(({ message }) => message).join('; ')}.`,
    { errors: [...errors] },
  );
