/** Characters of a device id; `*` stands for the rest of it, at the end alone. */
const SCOPE = /^(\*|[A-Za-z0-9._:-]{1,128}|[A-Za-z0-9._:-]{1,127}\*)$/;

/** What a scope must look like, for people. */
export const SCOPE_RULE =
  'must be a device id, the beginning of device ids and a *, or * for any device';

/** One device (`plant-7.press-1`), those whose ids begin so (`plant-7.*`), or any (`*`). */
export const isScope = (text: unknown): text is string =>
  typeof text === 'string' && SCOPE.test(text);

/** Whether a scope holds a device. */
export function scopeHolds(scope: string, deviceId: string): boolean {
  const prefix = scopePrefix(scope);
  return prefix === undefined ? deviceId === scope : deviceId.startsWith(prefix);
}

/** What the ids of a scope begin with; undefined: it is one id. */
export const scopePrefix = (scope: string): string | undefined =>
  scope.endsWith('*') ? scope.slice(0, -1) : undefined;
