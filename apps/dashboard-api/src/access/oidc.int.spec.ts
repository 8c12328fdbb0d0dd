import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLogger, createService } from '@iot/service';
import { Mongo } from '@iot/mongo';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { decodeJwt, importJWK, SignJWT } from 'jose';
import { Provider } from 'oidc-provider';
import { dashboardConfig, type DashboardConfig } from '../config.js';
import { service } from '../service.js';
import { signingKey } from '../testing/signing-key.js';

jest.setTimeout(120_000);

const PASSWORD = 'a secret of the clients of the provider';
/** What the provider says of each of its clients. */
const ROLES: Record<string, unknown> = {
  ops: { iot: ['iot-ops', 'else'] },
  boss: { iot: 'iot-admins' },
  reader: { iot: ['iot'] },
  stranger: { iot: ['else'] },
};
const rsa = {
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid: 'provider-1',
  use: 'sig',
  alg: 'RS256',
};

let server: Server;
let issuer: string;
let audience = 'telemetry';
let app: NestFastifyApplication;
let config: DashboardConfig;
let mongo: Mongo;

/** A provider as others run one, on this machine. */
async function startProvider(): Promise<void> {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // It says that its memory is for trials, which this is.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const provider = new Provider(issuer, {
    ttl: { ClientCredentials: 600 },
    jwks: { keys: [rsa as never] },
    clients: Object.keys(ROLES).map((client_id) => ({
      client_id,
      client_secret: PASSWORD,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
    })),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:telemetry',
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    extraTokenClaims: (_, token) => ({ groups: ROLES[String(token.clientId)] }),
  });
  server.on('request', provider.callback());
}

async function tokenOf(client: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${client}:${encodeURIComponent(PASSWORD)}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'grant_type=client_credentials',
  });
  const body = (await response.json()) as { access_token?: string };
  if (!body.access_token) throw new Error(JSON.stringify(body));
  return body.access_token;
}

async function startService(): Promise<NestFastifyApplication> {
  config = dashboardConfig({
    MONGO_URL: process.env['TEST_MONGO'],
    MONGO_DB: `oidc_${randomUUID().slice(0, 8)}`,
    AUTH: 'on',
    AUTH_SIGNING_KEY: signingKey(),
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: 'telemetry',
    OIDC_ROLE_CLAIM: 'groups.iot',
    OIDC_ROLES: 'iot:viewer,iot-ops:operator,iot-admins:admin',
  });
  const started = await createService(service, config, createLogger('test', 'silent'));
  await started.init();
  await started.getHttpAdapter().getInstance().ready();
  return started;
}

beforeAll(async () => {
  await startProvider();
  app = await startService();
  mongo = new Mongo(config, 'test');
});
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
  server.close();
});

async function me(token: string): Promise<{ status: number; json: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${token}` };
  const response = await app.inject({ url: '/auth/me', headers });
  return { status: response.statusCode, json: response.json() };
}

it.each([
  ['ops', 'operator'],
  ['boss', 'admin'],
  ['reader', 'viewer'],
])('a token of the provider for %s is of the role %s', async (client, role) => {
  expect(await me(await tokenOf(client))).toEqual({
    status: 200,
    json: { kind: 'oidc', id: client, name: client, role },
  });
});

it('a token without a role that is known here is a 403', async () => {
  expect(await me(await tokenOf('stranger'))).toMatchObject({
    status: 403,
    json: { reason: 'no_role' },
  });
});

it('a token for somebody else, of another key, expired or not yet valid is a 401', async () => {
  audience = 'something-else';
  expect(await me(await tokenOf('boss'))).toMatchObject({ json: { reason: 'not_for_us' } });
  audience = 'telemetry';
  const claims = decodeJwt(await tokenOf('boss'));
  const now = Math.floor(Date.now() / 1000);
  const signed = async (more: object, key: object = rsa, header: object = {}) =>
    new SignJWT({ ...claims, ...more })
      .setProtectedHeader({ alg: 'RS256', kid: 'provider-1', typ: 'at+jwt', ...header })
      .sign(await importJWK(key as never, 'RS256'));
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const cases: [string, string][] = [
    [await signed({ exp: now - 61 }), 'expired'],
    [await signed({ nbf: now + 75 }), 'not_yet_valid'],
    [await signed({ iat: now + 75 }), 'not_yet_valid'],
    [await signed({}, other.export({ format: 'jwk' })), 'bad_signature'],
    [await signed({}, other.export({ format: 'jwk' }), { kid: 'another' }), 'unknown_key'],
    [(await signed({})).slice(0, -9), 'malformed'],
    // Of another issuer, so it should be one of ours.
    [await signed({ iss: `${issuer}/` }), 'bad_algorithm'],
  ];
  for (const [token, reason] of cases) {
    const { status, json } = await me(token);
    expect([reason, status, json['reason']]).toEqual([
      reason,
      401,
      reason === 'malformed' ? expect.stringMatching(/malformed|bad_signature/) : reason,
    ]);
  }
  // Our public key is no secret to sign with.
  const hmac = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', kid: 'provider-1' })
    .sign(Buffer.from(JSON.stringify(rsa.n)));
  expect((await me(hmac)).json['reason']).toBe('bad_algorithm');
});

it('without its provider, who was let in before is let in, and others get 503', async () => {
  const known = await tokenOf('boss');
  const fresh = await tokenOf('reader');
  await me(known);
  // A process that has not asked for the keys yet.
  const other = await startService();
  server.closeAllConnections();
  server.close();
  try {
    expect((await me(known)).status).toBe(200);
    const { statusCode, headers, body } = await other.inject({
      url: '/auth/me',
      headers: { authorization: `Bearer ${fresh}` },
    });
    expect([statusCode, headers['retry-after']]).toEqual([503, '2']);
    expect(body).toContain('identity provider');
    expect((await other.inject('/auth')).statusCode).toBe(200);
  } finally {
    await mongo.client.db(config.MONGO_DB).dropDatabase();
    await other.close();
  }
});
