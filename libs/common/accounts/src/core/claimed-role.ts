import { ROLES, type Role } from '@iot/access';

/**
 * The highest role that a claim of a token maps to; undefined where it maps to none.
 * @param path of the claim, such as `realm_access.roles`; a claim of that whole name comes first
 * @param pairs such as `iot-admins:admin`
 */
export function claimedRole(
  claims: Readonly<Record<string, unknown>>,
  path: string,
  pairs: readonly string[],
): Role | undefined {
  const values = new Set(textsOf(Object.hasOwn(claims, path) ? claims[path] : at(claims, path)));
  const claimed = new Set(
    pairs.flatMap((pair) => {
      const colon = pair.lastIndexOf(':');
      return values.has(pair.slice(0, colon)) ? [pair.slice(colon + 1)] : [];
    }),
  );
  return ROLES.findLast((role) => claimed.has(role));
}

const at = (claims: object, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      claims,
    );

/** A list of texts, or a text with blanks between, as `scope` has it. */
const textsOf = (value: unknown): string[] =>
  typeof value === 'string'
    ? [value, ...value.split(' ')]
    : Array.isArray(value)
      ? value.filter((it) => typeof it === 'string')
      : [];
