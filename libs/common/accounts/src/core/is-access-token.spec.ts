import { isAccessToken } from './is-access-token.js';

const tokenOf = (header: object): string =>
  [header, {}].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
  '.c2lnbmF0dXJl';

it.each([
  [{ alg: 'RS256' }, { sub: 'ada' }],
  [
    { alg: 'RS256', typ: 'JWT' },
    { typ: 'Bearer', nonce: 'n' },
  ],
  [{ alg: 'RS256', typ: 'at+jwt' }, {}],
  [{ alg: 'RS256', typ: 'application/AT+JWT' }, {}],
])('takes %j with %j', (header, payload) => {
  expect(isAccessToken(tokenOf(header), payload)).toBe(true);
});

it.each([
  ['a logout token', { typ: 'logout+jwt' }, {}],
  ['a logout token of before', { typ: 'JWT' }, { events: {} }],
  ['a proof of possession', { typ: 'dpop+jwt' }, {}],
  ['an ID token', { typ: 'JWT' }, { at_hash: 'a' }],
  ['an ID token of a code', {}, { c_hash: 'a' }],
  ['an ID token of Keycloak', { typ: 'JWT' }, { typ: 'ID' }],
  ['a refresh token of Keycloak', { typ: 'JWT' }, { typ: 'Refresh' }],
])('refuses %s', (_, header, payload) => {
  expect(isAccessToken(tokenOf(header), payload)).toBe(false);
});
