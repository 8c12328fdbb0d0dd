import { describeCredentials, type Held } from '@iot/key-ring';
import type { Context } from '../context.js';
import { table } from '../output/table.js';

/** Prints the keys or the groups: everything but hashes and sealed secrets. */
export function credentialList(
  context: Context,
  held: Held,
  kind: 'key' | 'group',
  now: number,
): void {
  const rows = describeCredentials(held, kind, now);
  const header = ['ID', 'NAME', 'SCOPE', 'CREATED', 'EXPIRES', 'STATE'];
  context.print({ [`${kind}s`]: rows }, () =>
    rows.length === 0
      ? `There are no ${kind}s.`
      : table(
          rows.map(({ id, name, scope, created_at, expires_at, state }) => [
            id,
            name,
            scope,
            created_at,
            expires_at ?? 'never',
            state,
          ]),
          { header },
        ),
  );
}
