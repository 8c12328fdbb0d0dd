import { generateKeyPairSync } from 'node:crypto';
import { signingKeysOf } from './signing-keys.js';

it.each(['', ' \n'])('%j is no key, and who has an identity provider learns of the need', (pem) => {
  expect(() => signingKeysOf(pem)).toThrow(
    /^AUTH_SIGNING_KEY is not set and AUTH is on; allowed: a PEM .*identity provider/,
  );
});

it('what is set and no key of a kind that is taken is said to be so', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const other = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  for (const pem of ['a word', other, other.replace(/[A-Z]{4}/, '!!!!')])
    expect(() => signingKeysOf(pem)).toThrow(/^AUTH_SIGNING_KEY is set to something unusable; /);
});
