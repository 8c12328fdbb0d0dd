import type { GroupRecord, KeyRecord } from '@iot/credentials';
import { describeCredential } from '@iot/key-ring';
import type { Context } from '../context.js';
import { table } from '../output/table.js';
import type { Held } from './topic.js';

/** Prints the keys or the groups: everything but hashes and sealed secrets. */
export function credentialList(
  context: Context,
  held: Held,
  kind: 'key' | 'group',
  now: number,
): void {
  const letter = kind === 'key' ? 'k' : 'g';
  const rows = [...held]
    .filter(([id]) => id.startsWith(letter) && !id.includes('/'))
    .map(([id, record]) =>
      describeCredential(id, record as KeyRecord | GroupRecord | undefined, held, now),
    )
    .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
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
