import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { Writable } from 'node:stream';
import { signingKeysOf } from '@iot/accounts';
import { Mongo } from '@iot/mongo';
import { createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { decodeJwt, jwtVerify, SignJWT, createLocalJWKSet, type JWTPayload } from 'jose';
import { pino } from 'pino';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';

jest.setTimeout(120_000);

const pem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
const [KEY, OLD_KEY] = [pem(), pem()];
const PASSWORD = 'a password of the first admin';
const config = dashboardConfig({
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `auth_${randomUUID().slice(0, 8)}`,
  AUTH: 'on',
  AUTH_SIGNING_KEY: `${KEY}${OLD_KEY}`,
  AUTH_ADMIN_PASSWORD: PASSWORD,
  TRUSTED_PROXIES: '127.0.0.1',
});

let app: NestFastifyApplication;
let mongo: Mongo;
let logged = '';
/** Everything secret that was given out or typed, and everything that was answered in errors. */
const secrets = new Set<string>([PASSWORD, KEY.split('\n')[1]!]);
let refusedBodies = '';

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  json: Record<string, unknown>;
}
let address = 0;
/** Each test comes from an address of its own, so that they do not throttle each other. */
const newAddress = (): string => `10.1.${address >> 8}.${address++ & 255}`;

async function ask(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT',
  url: string,
  more: { body?: unknown; headers?: Record<string, string>; token?: string; from?: string } = {},
): Promise<Answer> {
  const { body, headers, token, from } = more;
  const response = await app.inject({
    method,
    url,
    headers: {
      ...headers,
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(from !== undefined && { 'x-forwarded-for': from }),
    },
    ...(body !== undefined && { payload: body as object }),
  });
  if (response.statusCode >= 400) refusedBodies += response.body + JSON.stringify(response.headers);
  return {
    status: response.statusCode,
    headers: response.headers as Answer['headers'],
    json: (response.body === '' ? {} : JSON.parse(response.body)) as Answer['json'],
  };
}
const logIn = async (name = 'admin', password = PASSWORD, more: object = {}) => {
  const answer = await ask('POST', '/auth/login', {
    body: { name, password, ...more },
    from: newAddress(),
  });
  for (const it of ['access_token', 'refresh_token'])
    if (answer.json[it]) secrets.add(answer.json[it] as string);
  return answer;
};
const refresh = async (refresh_token: string) => {
  const answer = await ask('POST', '/auth/refresh', { body: { refresh_token } });
  for (const it of ['access_token', 'refresh_token'])
    if (answer.json[it]) secrets.add(answer.json[it] as string);
  return answer;
};

beforeAll(async () => {
  mongo = new Mongo(config, 'test');
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged += chunk.toString();
        done();
      },
    }),
  );
  app = await createService(service, config, log);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  for (let i = 0; i < 200 && !(await mongo.users.findOne({ _id: 'admin' })); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
});

afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
});

describe('logging in', () => {
  it('gives tokens that are let in, and says who one is', async () => {
    expect((await ask('GET', '/devices')).status).toBe(401);
    const { status, json } = await logIn(' Admin');
    expect([status, json]).toEqual([
      200,
      expect.objectContaining({
        user: 'admin',
        role: 'admin',
        token_type: 'Bearer',
        expires_in: 600,
      }),
    ]);
    const token = json['access_token'] as string;
    expect((await ask('GET', '/devices', { token })).status).toBe(200);
    expect((await ask('GET', '/auth/me', { token })).json).toEqual({
      ...{ kind: 'user', id: 'admin', name: 'admin', role: 'admin' },
    });
  });

  it('gives tokens that anyone can verify by the key set', async () => {
    const { json } = await logIn();
    const { json: set } = await ask('GET', '/.well-known/jwks.json');
    expect((set['keys'] as object[]).map((it) => Object.keys(it).sort())).toEqual(
      Array(2).fill(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']),
    );
    const { payload } = await jwtVerify(
      json['access_token'] as string,
      createLocalJWKSet(set as never),
    );
    expect(payload).toMatchObject({ sub: 'admin', role: 'admin' });
  });

  it('answers the same whether or not there is such a user', async () => {
    const [none, wrong, odd, long] = [
      await logIn('nobody', 'a wrong password'),
      await logIn('admin', 'a wrong password'),
      await logIn('no name at all', 'a wrong password'),
      await logIn('admin', 'x'.repeat(100_000)),
    ];
    const { status, json, headers } = none;
    expect(status).toBe(401);
    for (const other of [wrong, odd, long]) {
      expect([other.status, other.json]).toEqual([status, json]);
      expect(other.headers['www-authenticate']).toBe(headers['www-authenticate']);
    }
  });

  it('is refused for a while after many attempts on one account, and from one address', async () => {
    const attempts = async (name: (i: number) => string, from: (i: number) => string) => {
      for (let i = 0; i < 70; i++) {
        const body = { name: name(i), password: 'a wrong password' };
        const { status, headers } = await ask('POST', '/auth/login', { body, from: from(i) });
        if (status === 429) return [i, Number(headers['retry-after']) > 0];
      }
      return [];
    };
    const one = newAddress();
    expect(
      await Promise.all([
        attempts(() => 'victim', newAddress),
        attempts(
          (i) => `n${i}`,
          () => one,
        ),
      ]),
    ).toEqual([
      [20, true],
      [60, true],
    ]);
  });
});

describe('a refresh token', () => {
  it('counts once; one that comes again much later ends the session', async () => {
    const first = (await logIn()).json;
    const second = (await refresh(first['refresh_token'] as string)).json;
    const third = (await refresh(second['refresh_token'] as string)).json;
    const token = third['access_token'] as string;
    expect((await ask('GET', '/auth/me', { token })).status).toBe(200);
    expect((await refresh(first['refresh_token'] as string)).status).toBe(401);
    expect((await refresh(third['refresh_token'] as string)).status).toBe(401);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await ask('GET', '/auth/me', { token })).json).toMatchObject({ reason: 'ended' });
  });

  it('that was used a moment ago gives the one in force, for who did not get the answer', async () => {
    const { json } = await logIn();
    const again = await Promise.all([1, 2, 3].map(() => refresh(json['refresh_token'] as string)));
    expect(again.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(again.map((it) => it.json['refresh_token'])).size).toBe(1);
  });

  it('is taken from nobody who made it up', async () => {
    const { json } = await logIn();
    const text = json['refresh_token'] as string;
    for (const bad of ['', 'x', text.slice(0, -2), text.replace('.0.', '.1.'), `${text}A`])
      expect((await refresh(bad)).status).toBe(401);
    expect((await refresh(text)).status).toBe(200);
  });
});

describe('logging out', () => {
  it('ends the session at once', async () => {
    const { json } = await logIn();
    const token = json['access_token'] as string;
    expect((await ask('POST', '/auth/logout', { token })).status).toBe(204);
    expect((await ask('GET', '/auth/me', { token })).json).toMatchObject({ reason: 'ended' });
    expect((await refresh(json['refresh_token'] as string)).status).toBe(401);
  });
});

describe('in a browser', () => {
  const cookiesOf = ({ headers }: Answer): string[] => [headers['set-cookie'] ?? []].flat();
  const jar = (answer: Answer): string =>
    cookiesOf(answer)
      .map((it) => it.split(';')[0])
      .join('; ');

  it('tokens are in cookies that scripts cannot read, and changes need the header of the page', async () => {
    const answer = await logIn('admin', PASSWORD, { cookies: true });
    expect(answer.json).not.toHaveProperty('access_token');
    expect(answer.json).not.toHaveProperty('refresh_token');
    for (const cookie of cookiesOf(answer)) {
      expect(cookie).toContain('SameSite=Strict');
      expect(cookie).toContain('; Secure');
      expect(cookie.includes('HttpOnly')).toBe(!cookie.startsWith('iot_csrf'));
    }
    const cookie = jar(answer);
    const csrf = { 'x-csrf-token': answer.json['csrf_token'] as string };
    expect((await ask('GET', '/auth/me', { headers: { cookie } })).status).toBe(200);
    for (const url of ['/auth/refresh', '/auth/logout', '/auth/password'])
      expect((await ask('POST', url, { headers: { cookie } })).json).toMatchObject({
        status: 401,
        reason: 'csrf',
      });
    const refreshed = await ask('POST', '/auth/refresh', { headers: { cookie, ...csrf } });
    expect([refreshed.status, cookiesOf(refreshed).length]).toEqual([200, 3]);
    const after = {
      cookie: jar(refreshed),
      'x-csrf-token': refreshed.json['csrf_token'] as string,
    };
    expect((await ask('POST', '/auth/logout', { headers: after })).status).toBe(204);
    expect((await ask('GET', '/auth/me', { headers: after })).json).toMatchObject({
      reason: 'ended',
    });
  });

  it('without TLS cookies are such that it keeps them', async () => {
    const { headers } = await app.inject({
      method: 'POST',
      url: '/auth/login',
      headers: { origin: 'http://127.0.0.1:8002' },
      payload: { name: 'admin', password: PASSWORD, cookies: true },
    });
    expect(String(headers['set-cookie'])).not.toContain('Secure');
  });
});

describe('a password', () => {
  it('is changed by who knows the present one; other sessions end', async () => {
    const [one, two] = [(await logIn()).json, (await logIn()).json];
    const token = one['access_token'] as string;
    const NEW = 'another password of the admin';
    secrets.add(NEW);
    const change = (password: string, new_password: string) =>
      ask('POST', '/auth/password', { token, body: { password, new_password } });
    expect((await change('not the present one', NEW)).status).toBe(400);
    expect((await change(PASSWORD, 'short')).status).toBe(400);
    expect((await change(PASSWORD, NEW)).status).toBe(204);
    expect((await refresh(two['refresh_token'] as string)).status).toBe(401);
    expect((await refresh(one['refresh_token'] as string)).status).toBe(200);
    expect((await logIn()).status).toBe(401);
    expect((await change(NEW, PASSWORD)).status).toBe(204);
  });
});

describe('a token that is not good', () => {
  const { current, all } = signingKeysOf(`${KEY}${OLD_KEY}`);
  let good: string;
  let payload: JWTPayload;
  beforeAll(async () => {
    good = (await logIn()).json['access_token'] as string;
    payload = decodeJwt(good);
  });
  const signed = (
    claims: object,
    { key = current, header = {} }: { key?: typeof current; header?: object } = {},
  ) =>
    new SignJWT({ ...payload, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: key.kid, typ: 'at+jwt', ...header })
      .sign(key.privateKey);
  const reasonOf = async (authorization: string) => {
    const { status, json, headers } = await ask('GET', '/auth/me', { headers: { authorization } });
    return [status, json['reason'], status === 401 && headers['www-authenticate'] !== undefined];
  };
  const now = () => Math.floor(Date.now() / 1000);

  it('is refused for what is wrong with it', async () => {
    const other = signingKeysOf(pem()).current;
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, body] = good.split('.');
    const cases: [string, string][] = [
      [`Bearer ${base64({ alg: 'none', typ: 'at+jwt' })}.${body}.`, 'bad_algorithm'],
      [`Bearer ${base64({ alg: 'HS256', kid: current.kid })}.${body}.AAAA`, 'bad_algorithm'],
      [`Bearer ${await signed({}, { key: other })}`, 'unknown_key'],
      [`Bearer ${await signed({}, { key: other, header: { kid: current.kid } })}`, 'bad_signature'],
      [`Bearer ${good.slice(0, -5)}`, 'malformed'],
      [`Bearer ${good.slice(0, 40)}`, 'malformed'],
      ['Bearer', 'malformed'],
      ['Bearer a b', 'malformed'],
      ['Basic YTpi', 'unsupported_scheme'],
      ['', 'unsupported_scheme'],
      [`Bearer iotk_x`, 'device_key'],
      [`Bearer iots_x`, 'malformed'],
      [`Bearer ${await signed({ iat: now() - 700, exp: now() - 61 })}`, 'expired'],
      [`Bearer ${await signed({ nbf: now() + 75 })}`, 'not_yet_valid'],
      [`Bearer ${await signed({ iat: now() + 75, exp: now() + 600 })}`, 'not_yet_valid'],
      [`Bearer ${await signed({ exp: now() + 900_000, iat: now() - 900 })}`, 'expired'],
      [`Bearer ${await signed({ aud: 'another' })}`, 'not_for_us'],
      [`Bearer ${await signed({ iss: 'another' })}`, 'not_for_us'],
      [`Bearer ${await signed({}, { header: { typ: 'JWT' } })}`, 'not_for_us'],
      [`Bearer ${await signed({ role: 'god' })}`, 'malformed'],
      [`Bearer ${await signed({ sid: 'another' })}`, 'ended'],
      [`Bearer ${await signed({ sub: 'another', sid: 'x' })}`, 'ended'],
    ];
    for (const [header, reason] of cases)
      expect([header.slice(0, 30), ...(await reasonOf(header))]).toEqual([
        ...[header.slice(0, 30), 401, reason, true],
      ]);
  });

  it('is taken with clocks a minute apart, and signed by a key that is still in force', async () => {
    for (const claims of [
      { iat: now() - 640, exp: now() - 40 },
      { iat: now() + 40, exp: now() + 640 },
    ])
      expect((await reasonOf(`Bearer ${await signed(claims)}`))[0]).toBe(200);
    expect((await reasonOf(`Bearer ${await signed({}, { key: all[1]! })}`))[0]).toBe(200);
  });
});

it('leaves records of who came and who was refused, and of nothing that was typed', async () => {
  const records = await mongo.audit.find().toArray();
  const actions = new Set(records.map(({ action, outcome }) => `${action} ${outcome}`));
  expect([...actions].sort()).toEqual([
    'login ok',
    'login refused',
    'logout ok',
    'password_change ok',
    'password_change refused',
    'refresh_reused refused',
    'user_create ok',
  ]);
  const text = JSON.stringify(records);
  expect(text).not.toContain('no name at all');
  expect(records.every(({ source }) => source !== '')).toBe(true);
});

it('prints no secret: not in logs, errors, metrics or the audit', async () => {
  const { body: metrics } = await app.inject('/metrics');
  expect(metrics).toMatch(/logins_total\{outcome="ok"[^}]*\} [1-9]/);
  const audit = JSON.stringify(await mongo.audit.find().toArray());
  expect(secrets.size).toBeGreaterThan(20);
  for (const [where, text] of Object.entries({ logged, refusedBodies, metrics, audit }))
    for (const secret of secrets) expect([where, text.includes(secret)]).toEqual([where, false]);
  const stored = JSON.stringify([
    await mongo.users.find().toArray(),
    await mongo.sessions.find().toArray(),
    await mongo.loginAttempts.find().toArray(),
  ]);
  for (const secret of secrets) expect(stored).not.toContain(secret);
});
