import type { CredentialRecord, GroupRecord, KeyRecord } from '@iot/credentials';
import type { Held } from './fold.js';

/** What is said of a key or a group: everything but hashes and sealed secrets. Times in ISO 8601. */
export interface DescribedCredential {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly state: string;
  /** Of a group: its devices whose keys no longer count. */
  readonly blocked?: readonly string[];
}

/** The keys or the groups, by name. @param now epoch ms */
export function describeCredentials(
  held: Held,
  kind: 'key' | 'group',
  now: number,
): DescribedCredential[] {
  // By the id, as a record that cannot be read says no kind.
  const letter = kind === 'key' ? 'k' : 'g';
  return [...held]
    .filter(
      ([id, record]) => id.startsWith(letter) && !id.includes('/') && record?.kind !== 'revoked',
    )
    .map(([id, record]) =>
      describeCredential(id, record as KeyRecord | GroupRecord | undefined, held, now),
    )
    .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

/** What revokes a key, or a group with its blocked devices, for good. @param now epoch ms */
export const revocation = (
  held: Held,
  id: string,
  now: number,
): Map<string, CredentialRecord | null> =>
  new Map<string, CredentialRecord | null>([
    [id, { kind: 'revoked', created_at: now }],
    ...blockedOf(held, id).map((device): [string, null] => [`${id}/${device}`, null]),
  ]);

/** The blocked devices of a group. */
const blockedOf = (held: Held, id: string): string[] =>
  [...held.keys()].filter((key) => key.startsWith(`${id}/`)).map((key) => key.slice(id.length + 1));

/** @param record undefined: it cannot be read; @param now epoch ms */
function describeCredential(
  id: string,
  record: KeyRecord | GroupRecord | undefined,
  held: Held,
  now: number,
): DescribedCredential {
  const text = (time: number): string => new Date(time).toISOString();
  if (!record)
    return { id, name: '', scope: '', created_at: '', expires_at: null, state: 'unreadable' };
  const { name, scope, created_at, expires_at } = record;
  const old = record.secrets[1]?.expires_at;
  const blocked = record.kind === 'group' ? blockedOf(held, id) : undefined;
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
