import type { CredentialOf } from '@iot/credentials';
import type { Held } from './fold.js';

type Kind = 'key' | 'group';

/** Why there is no record of an id: a sentence without its full stop. */
export class NoSuchCredential extends Error {
  override readonly name = 'NoSuchCredential';
}

/** The record of an id that somebody gave. @throws NoSuchCredential */
export function findCredential<K extends Kind>(held: Held, kind: K, id: string): CredentialOf<K> {
  const record = held.get(id);
  if (record?.kind === kind) return record as CredentialOf<K>;
  throw new NoSuchCredential(
    record?.kind === 'revoked'
      ? `${id} is revoked, for good`
      : isUnreadable(held, kind, id)
        ? `the record of ${id} cannot be read, so it is out of force; revoke it, or write it anew`
        : `there is no ${kind} ${id}`,
  );
}

/** Whether it is there to be revoked, as one is that cannot be read. @throws NoSuchCredential */
export function findRevocable(held: Held, kind: Kind, id: string): void {
  if (!isUnreadable(held, kind, id)) findCredential(held, kind, id);
}

/** Such a record says no kind; its id does. */
const isUnreadable = (held: Held, kind: Kind, id: string): boolean =>
  held.has(id) && held.get(id) === undefined && id.startsWith(kind[0]!) && !id.includes('/');
