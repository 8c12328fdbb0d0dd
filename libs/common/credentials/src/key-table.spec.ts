import fc from 'fast-check';
import { KeyTable } from './key-table.js';
import type { KeyRecord } from './record.js';

const hashed = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const seconds = fc.integer({ min: 1, max: 4_000_000_000 }).map((s) => s * 1000);
const records: fc.Arbitrary<KeyRecord> = fc.record(
  {
    kind: fc.constant('key' as const),
    name: fc.string(),
    created_at: fc.constant(1),
    scope: fc.stringMatching(/^[A-Za-z0-9._:-]{1,127}\*?$/),
    secrets: fc.array(
      fc.record({ sha256: hashed, expires_at: seconds }, { requiredKeys: ['sha256'] }),
      { minLength: 1, maxLength: 2 },
    ),
    expires_at: seconds,
  },
  { requiredKeys: ['kind', 'name', 'created_at', 'scope', 'secrets'] },
);
const idOf = (n: number): string => 'k' + String(n).padStart(11, '0');
const steps = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 40 }),
    fc.option(fc.oneof({ weight: 9, arbitrary: records }, fc.constant('revoke' as const)), {
      nil: undefined,
    }),
  ),
  { maxLength: 200 },
);

const plain = (table: KeyTable, id: string): unknown => {
  const stored = table.get(id);
  return (
    stored && {
      scope: stored.scope,
      expires: stored.expires * 1000,
      secrets: stored.secrets.map(({ sha256, expires }) => [
        sha256.toString('base64url'),
        expires * 1000,
      ]),
    }
  );
};
const expected = (record: KeyRecord | undefined): unknown =>
  record && {
    scope: record.scope,
    expires: record.expires_at ?? 0,
    secrets: record.secrets.map(({ sha256, expires_at }) => [sha256, expires_at ?? 0]),
  };

it('holds what a map would hold, and its stamps tell every change', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const table = new KeyTable();
      const map = new Map<string, KeyRecord>();
      const stamps = new Map<string, Set<number>>();
      const revoked = new Set<string>();
      for (const [n, record] of list) {
        const id = idOf(n);
        if (record === 'revoke') {
          table.revoke(id);
          map.delete(id);
          revoked.add(id);
          continue;
        }
        const isOpen = !revoked.has(id);
        expect(record ? table.set(id, record) : table.delete(id)).toBe(isOpen);
        if (!isOpen) continue;
        if (record) map.set(id, record);
        else map.delete(id);
        const stamp = table.stampOf(id);
        expect(stamp === 0).toBe(!record);
        if (record) {
          const seen = stamps.get(id) ?? new Set();
          expect(seen.has(stamp)).toBe(false);
          stamps.set(id, seen.add(stamp));
        }
      }
      expect(table.size).toBe(map.size);
      for (let n = 0; n <= 40; n++)
        expect(plain(table, idOf(n))).toEqual(expected(map.get(idOf(n))));
    }),
  );
});

const record = (n: number): KeyRecord => ({
  kind: 'key',
  name: '',
  created_at: 1,
  scope: `plant-7.press-${n}`,
  secrets: [{ sha256: Buffer.alloc(32, n % 256).toString('base64url') }],
});

it('takes at most 150 bytes a key, and 200 after each was replaced three times', () => {
  const table = new KeyTable();
  const keys = 100_000;
  for (let round = 0; round < 4; round++)
    for (let n = 0; n < keys; n++) table.set(idOf(n), record(n + round));
  expect(table.size).toBe(keys);
  expect(plain(table, idOf(77_777))).toEqual(expected(record(77_780)));
  // Twice the live bytes at most before a clean-up.
  expect(table.bytes / keys).toBeLessThanOrEqual(200);
  const fresh = new KeyTable();
  for (let n = 0; n < keys; n++) fresh.set(idOf(n), record(n));
  expect(fresh.bytes / keys).toBeLessThanOrEqual(150);
});

it('finds its way when keys come and go for long', () => {
  const table = new KeyTable();
  for (let n = 0; n < 50_000; n++) {
    table.set(idOf(n), record(n));
    if (n >= 100) table.delete(idOf(n - 100));
  }
  expect(table.size).toBe(100);
  expect(table.get(idOf(1))).toBeUndefined();
  expect(table.bytes).toBeLessThan(4_000_000);
});
