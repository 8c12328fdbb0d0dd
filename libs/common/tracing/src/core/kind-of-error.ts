/** As OpenTelemetry has it where the kind is none of those that are known. */
const OTHER = '_OTHER';
/** The name of a class. What else calls itself so may hold anything. */
const CLASS = /^[A-Za-z_$][\w$]{0,63}$/;

/** The value of `error.type` for what was thrown. */
export function kindOf(error: unknown): string {
  const name: unknown = error instanceof Error ? error.name : undefined;
  return typeof name === 'string' && CLASS.test(name) ? name : OTHER;
}
