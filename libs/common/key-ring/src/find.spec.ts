import type { CredentialRecord, KeyRecord } from '@iot/credentials';
import { findCredential, findRevocable, NoSuchCredential } from './find.js';
import type { Held } from './fold.js';

const key = { kind: 'key' } as KeyRecord;
const held: Held = new Map<string, CredentialRecord | undefined>([
  ['k1', key],
  ['k2', { kind: 'revoked', created_at: 1 }],
  ['k3', undefined],
  ['g1', undefined],
  ['g1/d1', undefined],
]);
const words = (find: () => unknown): string => {
  try {
    find();
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(NoSuchCredential);
    return (error as Error).message;
  }
};

it('finds a record, or says why there is none', () => {
  expect(findCredential(held, 'key', 'k1')).toBe(key);
  for (const [kind, id, why] of [
    ['key', 'k2', 'k2 is revoked, for good'],
    ['key', 'k3', /record of k3 cannot be read.*revoke it/],
    ['key', 'k9', 'there is no key k9'],
    ['group', 'k1', 'there is no group k1'],
    ['group', 'k3', 'there is no group k3'],
    ['group', 'g1/d1', 'there is no group g1/d1'],
  ] as const)
    expect(words(() => findCredential(held, kind, id))).toMatch(why);
});

it('lets one be revoked that cannot be read', () => {
  for (const [kind, id, why] of [
    ['key', 'k1', ''],
    ['key', 'k3', ''],
    ['group', 'g1', ''],
    ['key', 'k2', 'k2 is revoked, for good'],
    ['key', 'g1', 'there is no key g1'],
    ['group', 'g1/d1', 'there is no group g1/d1'],
  ] as const)
    expect(words(() => findRevocable(held, kind, id))).toBe(why);
});
