import { notValid } from './not-valid.js';

/**
 * The body of a request to a path with a name in it; the body may leave the name out.
 * @throws ProblemError 400 when it says another
 */
export function namedByPath(body: unknown, name: string): unknown {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const { name: own = name, ...rest } = body as Record<string, unknown>;
  if (own !== name)
    throw notValid('body', [{ field: 'name', message: `name must be ${name}, as in the path` }]);
  return { name, ...rest };
}
