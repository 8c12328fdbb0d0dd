import fc from 'fast-check';
import { keyText, newCredentialId, newSecret, parseKey } from './device-key.js';

const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
const kinds = fc.constantFrom('key' as const, 'group' as const);

it('takes apart what it put together, whatever the secret', () => {
  fc.assert(
    fc.property(secrets, kinds, (secret, kind) => {
      const id = newCredentialId(kind);
      expect(parseKey(keyText(id, secret))).toEqual({ id, kind, secret });
    }),
  );
});

it('has one form, which scanners can look for', () => {
  for (let i = 0; i < 100; i++)
    expect(keyText(newCredentialId('key'), newSecret())).toMatch(/^iotk_k\w{11}_\w{49}$/);
  expect(keyText('k00000000000', Buffer.alloc(32))).toMatch(/^iotk_k0{11}_0{43}[0-9A-Za-z]{6}$/);
});

it('tells a typing error from a wrong key', () => {
  const text = keyText(newCredentialId('key'), newSecret());
  fc.assert(
    fc.property(
      fc.integer({ min: 6, max: text.length - 1 }).filter((at) => text[at] !== '_'),
      fc.constantFrom(...'0123456789ABCxyz'),
      (at, letter) => {
        fc.pre(text[at] !== letter);
        const typed = text.slice(0, at) + letter + text.slice(at + 1);
        expect(parseKey(typed)).toBe('mistyped');
      },
    ),
  );
});

it.each([
  '',
  'iotk_',
  'iotk_k_x',
  keyText('k00000000000', newSecret()).slice(0, -1),
  keyText('k00000000000', newSecret()) + 'a',
  keyText('x00000000000', newSecret()),
])('says that %j is no key', (text) => {
  expect(parseKey(text)).toBe('malformed');
});

it('refuses a secret beyond 32 bytes', () => {
  const beyond = 'z'.repeat(43);
  const crc = keyText('k00000000000', Buffer.alloc(32)).slice(-6);
  expect(['malformed', 'mistyped']).toContain(parseKey(`iotk_k00000000000_${beyond}${crc}`));
});
