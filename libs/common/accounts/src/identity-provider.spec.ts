import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { IdentityProvider } from './identity-provider.js';

/** What a provider on this machine is taken for that says of its keys that they are there. */
async function taken(jwks_uri: string): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ issuer: issuer(), jwks_uri }));
  });
  const issuer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const provider = new IdentityProvider({
      ...{ OIDC_ISSUER: issuer(), OIDC_AUDIENCE: 'a', OIDC_ROLE_CLAIM: 'roles', OIDC_ROLES: [] },
    });
    await provider.describe();
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  } finally {
    server.close();
  }
}

it.each(['https://login.example/jwks?p=1', 'http://127.0.0.1:1/jwks', 'http://[::1]:1/jwks'])(
  'takes keys from %s',
  async (jwks_uri) => {
    expect(await taken(jwks_uri)).toBe('taken');
  },
);

it.each([
  ...['http://login.example/jwks', 'http://127.0.0.1.example/jwks', 'data:,{}'],
  'ftp://localhost/jwks',
])('takes no keys from %s, as they may be changed on their way', async (jwks_uri) => {
  expect(await taken(jwks_uri)).toContain('not come by https');
});
