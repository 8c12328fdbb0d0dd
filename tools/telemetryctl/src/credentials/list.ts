import type { GroupRecord, KeyRecord } from '@iot/credentials';
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
    .map(([id, record]) => describe(id, record as KeyRecord | GroupRecord | undefined, held, now))
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

function describe(
  id: string,
  record: KeyRecord | GroupRecord | undefined,
  held: Held,
  now: number,
) {
  const text = (time: number): string => new Date(time).toISOString();
  if (!record)
    return { id, name: '', scope: '', created_at: '', expires_at: null, state: 'unreadable' };
  const { name, scope, created_at, expires_at } = record;
  const old = record.secrets[1]?.expires_at;
  const blocked =
    record.kind === 'group'
      ? [...held.keys()].filter((key) => key.startsWith(`${id}/`)).map((key) => key.slice(13))
      : undefined;
  const state =
    expires_at !== undefined && expires_at <= now
      ? 'expired'
      : old !== undefined && old > now
        ? `two secrets until ${text(old)}`
        : 'valid';
  return {
    id,
    name,
    scope,
    created_at: text(created_at),
    expires_at: expires_at === undefined ? null : text(expires_at),
    state: blocked?.length ? `${state}, ${blocked.length} blocked` : state,
    ...(blocked && { blocked }),
  };
}
