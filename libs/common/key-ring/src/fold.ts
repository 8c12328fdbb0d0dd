import { decodeCredential, revokedIdOf, type CredentialRecord } from '@iot/credentials';

/** What stands in the topic, by id. A record that cannot be read has none. */
export type Held = Map<string, CredentialRecord | undefined>;

/** A record of the topic. */
export interface WrittenRecord {
  readonly key: string;
  /** Null: the credential is to be gone. */
  readonly value: Uint8Array | null;
}

/** Applies a record of the topic. Of an id that is revoked only that counts, for good. */
export function fold(held: Held, { key, value }: WrittenRecord): void {
  const revoked = revokedIdOf(key);
  if (revoked !== undefined) {
    if (value === null) return;
    const record = decodeCredential(value);
    // What cannot be read here is a revocation all the same.
    held.set(revoked, record?.kind === 'revoked' ? record : { kind: 'revoked', created_at: 0 });
  } else if (held.get(key)?.kind !== 'revoked') {
    if (value) held.set(key, decodeCredential(value));
    else held.delete(key);
  }
}
