import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { readFlow, sealFlow, type OidcFlow } from './oidc-flow.js';
import { readRefreshToken, refreshToken } from './refresh-token.js';
import { signingKeysOf } from './signing-keys.js';

const pem = () =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const [first, second] = [pem(), pem()];
const keys = signingKeysOf(first);
const NOW = 1_800_000_000_000;
const flow: OidcFlow = { state: 's', nonce: 'n', verifier: 'v', to: '/ui', endsAt: NOW + 1000 };
const cookie = sealFlow(keys, flow);

it('is read back until its end, also by who has a newer key', () => {
  expect(readFlow(keys, cookie, NOW)).toEqual(flow);
  expect(readFlow(signingKeysOf(second + first), cookie, NOW)).toEqual(flow);
  expect(readFlow(keys, cookie, NOW + 1000)).toBeUndefined();
  expect(readFlow(signingKeysOf(second), cookie, NOW)).toBeUndefined();
});

it('is taken from nobody who made it up, and is no refresh token', () => {
  const token = refreshToken(keys, { session: 'a'.repeat(22), generation: 0 });
  expect(readFlow(keys, token, NOW)).toBeUndefined();
  expect(readFlow(keys, token.replace('iotr_', ''), NOW)).toBeUndefined();
  expect(readRefreshToken(keys, cookie)).toBeUndefined();
  fc.assert(
    fc.property(fc.nat(cookie.length - 1), fc.string({ maxLength: 3 }), (at, text) => {
      const changed = cookie.slice(0, at) + text + cookie.slice(at + 1);
      // The last letter of base64url has bits that mean nothing.
      fc.pre(changed !== cookie && at < cookie.length - 1);
      expect(readFlow(keys, changed, NOW)).toBeUndefined();
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readFlow(keys, text, NOW)).toBeUndefined();
    }),
  );
});

it('fits into a cookie with the longest address', () => {
  const long = { ...flow, to: `/ui/${'a'.repeat(996)}`, state: 'x'.repeat(43) };
  expect(readFlow(keys, sealFlow(keys, long), NOW)).toEqual(long);
  expect(sealFlow(keys, long).length).toBeLessThan(3000);
});
