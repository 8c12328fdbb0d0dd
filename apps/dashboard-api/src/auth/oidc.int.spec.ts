import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { Mongo } from '@iot/mongo';
import { createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import { Provider } from 'oidc-provider';
import { pino } from 'pino';
import { dashboardConfig, type DashboardConfig } from '../config.js';
import { service } from '../service.js';
import { signingKey } from '../testing/signing-key.js';

jest.setTimeout(120_000);

const SECRET = 'a secret/of: the client & of nobody else';
const HERE = 'http://127.0.0.1:8002';
/** What the provider says of each of its accounts. */
const GROUPS: Record<string, unknown> = {
  ops: { iot: ['iot-ops', 'else'] },
  boss: { iot: 'iot-admins' },
  stranger: { iot: ['else'] },
};
const variables = {
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `oidc_log_in_${randomUUID().slice(0, 8)}`,
  AUTH: 'on',
  AUTH_SIGNING_KEY: signingKey(),
  TRUSTED_PROXIES: '127.0.0.1',
  OIDC_ROLE_CLAIM: 'groups.iot',
  OIDC_ROLES: 'iot:viewer,iot-ops:operator,iot-admins:admin',
};

let server: Server;
let issuer: string;
let app: NestFastifyApplication;
let config: DashboardConfig;
let mongo: Mongo;
let logged = '';
/** Who sits before the browser. */
let account = 'ops';
const codes = new Set<string>();
const providersKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
/** What the provider answers to who brings a code, in its place. */
let forged: (() => Promise<{ status?: number; body: object }>) | undefined;

/** A provider as others run one, on this machine, where whoever is asked says yes. */
async function startProvider(): Promise<void> {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // It says that its memory is for trials, which this is.
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  const provider = new Provider(issuer, {
    jwks: {
      keys: [{ ...providersKey.export({ format: 'jwk' }), kid: 'p', use: 'sig', alg: 'RS256' }],
    },
    clients: [
      {
        client_id: 'the-page',
        client_secret: SECRET,
        grant_types: ['authorization_code'],
        response_types: ['code'],
        redirect_uris: [`${HERE}/auth/oidc/callback`],
      },
    ],
    cookies: { keys: ['a key of the provider'] },
    claims: { openid: ['sub'], profile: ['preferred_username'], groups: ['groups'] },
    conformIdTokenClaims: false,
    // Of the boss, only the other of the two places says what that is.
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: (use: string) => ({
        sub,
        preferred_username: `${sub}@example.com`,
        ...((sub !== 'boss' || use === 'userinfo') && { groups: GROUPS[sub] }),
      }),
    }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    features: { devInteractions: { enabled: false } },
  });
  const agree = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { params } = await provider.interactionDetails(request, response);
    const grant = new provider.Grant({
      accountId: account,
      clientId: params['client_id'] as string,
    });
    grant.addOIDCScope(params['scope'] as string);
    const consent = { grantId: await grant.save() };
    const result = { login: { accountId: account }, consent };
    await provider.interactionFinished(request, response, result);
  };
  const others = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.url!.startsWith('/interaction/')) void agree(request, response);
    else if (forged && request.url === '/token')
      void forged().then(({ status = 200, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
    else void others(request, response);
  });
}

async function startService(more: Record<string, string> = {}): Promise<NestFastifyApplication> {
  config = dashboardConfig({
    ...variables,
    OIDC_ISSUER: issuer,
    OIDC_CLIENT_ID: 'the-page',
    OIDC_CLIENT_SECRET: SECRET,
    OIDC_REDIRECT_URL: `${HERE}/auth/oidc/callback`,
    OIDC_SCOPE: 'openid profile groups',
    OIDC_NAME: 'Example',
    ...more,
  });
  const log = pino(
    { level: 'trace' },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        logged += chunk.toString();
        done();
      },
    }),
  );
  const started = await createService(service, config, log);
  await started.init();
  await started.getHttpAdapter().getInstance().ready();
  return started;
}

beforeAll(async () => {
  await startProvider();
  app = await startService();
  mongo = new Mongo(config, 'test');
  // Until the service has the database nobody can log in.
  for (let i = 0; i < 200 && !(await mongo.db.listCollections().hasNext()); i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
});
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
  server.closeAllConnections();
  server.close();
});

interface Answer {
  readonly status: number;
  readonly location: string;
  /** By name, whole. */
  readonly cookies: Readonly<Record<string, string>>;
  readonly json: () => Record<string, unknown>;
}
async function ask(
  url: string,
  headers: Record<string, string> = {},
  more: object = {},
): Promise<Answer> {
  const response = await app.inject({ url, headers, ...more });
  const set = [response.headers['set-cookie'] ?? []].flat();
  return {
    status: response.statusCode,
    location: String(response.headers.location),
    cookies: Object.fromEntries(set.map((it) => [it.slice(0, it.indexOf('=')), it])),
    json: () => response.json(),
  };
}
const jarOf = ({ cookies }: Answer, ...names: string[]): string =>
  names.map((name) => cookies[name]!.split(';')[0]).join('; ');

/** What a browser has when the provider sent it back, which is not followed yet. */
interface Returned {
  /** The cookie of this browser. */
  readonly cookie: string;
  /** Path and query. */
  readonly back: string;
}
async function throughProvider(
  who: string,
  to = '/ui/devices?q=a',
  change: (url: URL) => void = () => undefined,
): Promise<Returned> {
  account = who;
  const start = await ask(`/auth/oidc/start?${new URLSearchParams({ to })}`);
  expect(start.status).toBe(302);
  const jar = new Map<string, string>();
  const begun = new URL(start.location);
  change(begun);
  let url = begun.href;
  for (let hops = 0; !url.startsWith(HERE) && hops < 10; hops++) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const set of response.headers.getSetCookie()) {
      const [name = '', value = ''] = set.split(';')[0]!.split('=', 2);
      if (value === '') jar.delete(name);
      else jar.set(name, value);
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`${response.status}: ${await response.text()}`);
    url = new URL(next, url).href;
  }
  const back = url.slice(HERE.length);
  const code = new URL(url).searchParams.get('code');
  if (code) codes.add(code);
  return { cookie: jarOf(start, 'iot_oidc'), back };
}
const arrive = ({ back, cookie }: Returned): Promise<Answer> => ask(back, { cookie });
const sessions = (): Promise<number> => mongo.sessions.countDocuments();

it('says that one may, and begins so that nothing can be guessed', async () => {
  expect((await ask('/auth')).json()).toEqual({
    auth: true,
    password: true,
    oidc: { name: 'Example', url: '/auth/oidc/start' },
  });
  const { location, cookies } = await ask('/auth/oidc/start');
  const { origin, searchParams } = new URL(location);
  expect(origin).toBe(issuer);
  expect(Object.fromEntries(searchParams)).toMatchObject({
    response_type: 'code',
    code_challenge_method: 'S256',
    scope: 'openid profile groups',
  });
  for (const name of ['state', 'nonce', 'code_challenge'])
    expect(searchParams.get(name)).toMatch(/^[\w-]{43}$/);
  expect(cookies['iot_oidc']).toMatch(/; Path=\/auth\/oidc; Max-Age=600; SameSite=Lax; HttpOnly$/);
});

it.each([
  ['ops', 'operator'],
  ['boss', 'admin'],
])('lets in %s as %s, with the cookies and the ends of a session', async (who, role) => {
  const there = await arrive(await throughProvider(who));
  expect([there.status, there.location]).toEqual([302, '/ui/devices?q=a']);
  for (const name of ['iot_access', 'iot_refresh', 'iot_csrf'])
    expect(there.cookies[name]).toMatch(
      name === 'iot_csrf' ? /; SameSite=Strict$/ : /; SameSite=Strict; HttpOnly$/,
    );
  expect(there.cookies['iot_oidc']).toContain('Max-Age=0');
  expect(there.cookies['iot_refresh']).toMatch(/Max-Age=(43200|43199);.*HttpOnly/);
  const me = { kind: 'oidc', id: who, name: `${who}@example.com`, role };
  const asMe = async (answer: Answer) =>
    (await ask('/auth/me', { cookie: jarOf(answer, 'iot_access') })).json();
  expect(await asMe(there)).toEqual(me);

  const all = ['iot_access', 'iot_refresh', 'iot_csrf'];
  const change = (answer: Answer, url: string) => {
    const csrf = jarOf(answer, 'iot_csrf').split('=')[1]!;
    const headers = { cookie: jarOf(answer, ...all), 'x-csrf-token': csrf };
    return ask(url, headers, { method: 'POST', payload: {} });
  };
  const refreshed = await change(there, '/auth/refresh');
  expect(refreshed.json()).toMatchObject({ user: `${who}@example.com`, role });
  expect(await asMe(refreshed)).toEqual(me);
  expect((await change(refreshed, '/auth/logout')).status).toBe(204);
  expect(await asMe(refreshed)).toMatchObject({ status: 401, reason: 'ended' });
  const records = await mongo.audit.find({ actor: who }).toArray();
  expect(records.map(({ actor_kind, action, outcome }) => [actor_kind, action, outcome])).toEqual([
    ['oidc', 'login', 'ok'],
    ['oidc', 'logout', 'ok'],
  ]);
});

it('counts once, and for the browser that began it alone', async () => {
  const [mine, other] = [await throughProvider('ops'), await throughProvider('ops')];
  const before = await sessions();
  for (const [back, cookie] of [
    [mine.back, ''],
    [mine.back, other.cookie],
    [mine.back, mine.cookie.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')).slice(0, -1)],
    [mine.back.replace(/state=./, 'state='), mine.cookie],
    ['/auth/oidc/callback', mine.cookie],
  ] as const)
    expect((await ask(back, { cookie })).location).toMatch(/^\/ui(\/devices)?\?.*oidc=expired$/);
  expect(await sessions()).toBe(before);
  expect((await arrive(mine)).location).toBe('/ui/devices?q=a');
  expect((await arrive(mine)).location).toContain('oidc=expired');
  expect(await sessions()).toBe(before + 1);
});

it('takes no code that another browser was given', async () => {
  const [mine, theirs] = [await throughProvider('ops'), await throughProvider('boss')];
  const code = new URL(theirs.back, HERE).searchParams.get('code')!;
  const mixed = new URL(mine.back, HERE);
  mixed.searchParams.set('code', code);
  const before = await sessions();
  const { location } = await ask(mixed.pathname + mixed.search, { cookie: mine.cookie });
  expect(location).toContain('oidc=refused');
  expect(await sessions()).toBe(before);
});

it('takes no answer to another question, nor of another provider', async () => {
  const question = (name: string) => (url: URL) => url.searchParams.set(name, 'A'.repeat(43));
  const answer = async (change: (url: URL) => void, asked?: (url: URL) => void) => {
    const { back, cookie } = await throughProvider('ops', '/ui', asked);
    const url = new URL(back, HERE);
    change(url);
    return (await ask(url.pathname + url.search, { cookie })).location;
  };
  const before = await sessions();
  const same = () => undefined;
  expect(await answer(same, question('nonce'))).toContain('oidc=refused');
  expect(await answer(same, question('code_challenge'))).toContain('oidc=refused');
  expect(await answer(same, question('state'))).toContain('oidc=expired');
  for (const change of [
    ({ searchParams }: URL) => searchParams.set('iss', 'https://evil.example'),
    ({ searchParams }: URL) => searchParams.delete('iss'),
    ({ searchParams }: URL) => searchParams.append('iss', issuer),
    ({ searchParams }: URL) => searchParams.append('code', 'another'),
    ({ searchParams }: URL) => searchParams.set('code', 'made-up'),
    ({ searchParams }: URL) => searchParams.delete('code'),
    ({ searchParams }: URL) => searchParams.set('response', 'a.b.c'),
  ])
    expect(await answer(change)).toContain('oidc=refused');
  expect(await sessions()).toBe(before);
});

describe('what the provider gives for a code', () => {
  afterEach(() => (forged = undefined));

  const seconds = () => Math.floor(Date.now() / 1000);
  interface Forgery {
    readonly claims?: JWTPayload;
    readonly without?: readonly string[];
    readonly alg?: string;
    readonly key?: () => KeyObject | Uint8Array;
  }
  async function logInWith({ claims, without = [], alg = 'RS256', key }: Forgery) {
    let nonce = '';
    const { back, cookie } = await throughProvider('ops', '/ui', ({ searchParams }) => {
      nonce = searchParams.get('nonce')!;
    });
    const all: JWTPayload = {
      ...{ iss: issuer, aud: 'the-page', sub: 'ops', nonce, groups: GROUPS['ops'] },
      ...{ iat: seconds(), exp: seconds() + 300, ...claims },
    };
    for (const name of without) delete all[name];
    forged = async () => ({
      body: {
        access_token: 'an-access-token',
        token_type: 'Bearer',
        id_token:
          alg === 'none'
            ? new UnsecuredJWT(all).encode()
            : await new SignJWT(all)
                .setProtectedHeader({ alg, kid: 'p' })
                .sign(key?.() ?? providersKey),
      },
    });
    return (await ask(back, { cookie })).location;
  }
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

  it('is an ID token that it signed', async () => expect(await logInWith({})).toBe('/ui'));

  it.each<[string, Forgery]>([
    ['of another nonce', { claims: { nonce: 'A'.repeat(43) } }],
    ['of no nonce', { without: ['nonce'] }],
    ['of another client', { claims: { aud: 'another' } }],
    ['of another party', { claims: { aud: ['the-page', 'another'], azp: 'another' } }],
    ['of another provider', { claims: { iss: 'https://evil.example' } }],
    ['that has expired', { claims: { iat: seconds() - 900, exp: seconds() - 120 } }],
    ['of the future', { claims: { iat: seconds() + 900, exp: seconds() + 1800 } }],
    ['of nobody', { without: ['sub'] }],
    ['of no end', { without: ['exp'] }],
    ['of a subject that is too long', { claims: { sub: 'x'.repeat(256) } }],
    ['that somebody else signed', { key: () => other }],
    ['that nobody signed', { alg: 'none' }],
    ['signed by the client’s secret', { alg: 'HS256', key: () => Buffer.from(SECRET) }],
  ])('is refused where it is one %s', async (_, forgery) => {
    const before = await sessions();
    expect(await logInWith(forgery)).toMatch(/^\/ui\?oidc=refused$/);
    expect(await sessions()).toBe(before);
  });

  it.each([
    [200, { access_token: 'a', token_type: 'Bearer' }, 'refused'],
    [200, [], 'refused'],
    [400, { error: 'invalid_grant' }, 'refused'],
    [401, { error: 'invalid_client' }, 'refused'],
    [429, {}, 'refused'],
    [503, {}, 'unavailable'],
  ])('leads to the page where it is %i %j', async (status, body, reason) => {
    const returned = await throughProvider('ops', '/ui');
    forged = () => Promise.resolve({ status, body });
    expect((await arrive(returned)).location).toBe(`/ui?oidc=${reason}`);
  });
});

it('has browsers that come by TLS keep the cookies for TLS alone', async () => {
  const other = await startService({
    OIDC_REDIRECT_URL: 'https://iot.example.com/auth/oidc/callback',
  });
  try {
    const { headers } = await other.inject('/auth/oidc/start');
    expect(headers['set-cookie']).toMatch(/; SameSite=Lax; HttpOnly; Secure$/);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
  } finally {
    await other.close();
  }
});

it.each(['https://evil.example/ui/', '//evil.example', '/\\evil.example', '/auth/logout'])(
  'does not lead to %s',
  async (to) => {
    expect((await arrive(await throughProvider('ops', to))).location).toBe('/ui');
  },
);

it('says why somebody is not let in, to whom it is about and in the audit', async () => {
  expect((await arrive(await throughProvider('stranger'))).location).toContain('oidc=no_role');
  expect(await mongo.audit.findOne({ actor: 'stranger' })).toMatchObject({
    ...{ actor_kind: 'oidc', action: 'login', outcome: 'refused', detail: 'no role' },
  });
  const { cookie, back } = await throughProvider('ops');
  const denied = new URL(back, HERE);
  denied.searchParams.delete('code');
  denied.searchParams.set('error', 'access_denied');
  const { location } = await ask(denied.pathname + denied.search, { cookie });
  expect(location).toContain('oidc=refused');
});

it('is refused for a while after many that went wrong from one address', async () => {
  const from = '10.9.8.7';
  let location = '';
  for (let attempt = 0; attempt < 61; attempt++) {
    const start = await ask('/auth/oidc/start');
    const state = new URL(start.location).searchParams.get('state')!;
    const cookie = jarOf(start, 'iot_oidc');
    ({ location } = await ask(`/auth/oidc/callback?error=no&state=${state}`, {
      ...{ cookie, 'x-forwarded-for': from },
    }));
  }
  expect(location).toContain('oidc=throttled');
});

it('a session ends with the provider that let it in', async () => {
  const there = await arrive(await throughProvider('ops'));
  const cookie = jarOf(there, 'iot_access');
  const other = await startService({
    ...{ OIDC_CLIENT_ID: '', OIDC_CLIENT_SECRET: '', OIDC_REDIRECT_URL: '' },
  });
  try {
    expect((await ask('/auth/me', { cookie })).status).toBe(200);
    const { statusCode, body } = await other.inject({ url: '/auth/me', headers: { cookie } });
    expect([statusCode, JSON.parse(body).reason]).toEqual([401, 'ended']);
    expect((await other.inject('/auth')).json()).toMatchObject({ oidc: null });
    for (const path of ['start', 'callback'])
      expect((await other.inject(`/auth/oidc/${path}`)).statusCode).toBe(404);
  } finally {
    await other.close();
  }
});

it('leads back to the page where the provider does not answer, and logs no code', async () => {
  const returned = await throughProvider('ops');
  const fresh = await startService();
  server.closeAllConnections();
  server.close();
  try {
    expect((await arrive(returned)).location).toContain('oidc=unavailable');
    const { headers } = await fresh.inject('/auth/oidc/start');
    expect(headers.location).toBe('/ui?oidc=unavailable');
  } finally {
    await fresh.close();
  }
  expect(codes.size).toBeGreaterThan(8);
  expect(logged).toContain('identity provider');
  for (const secret of [...codes, SECRET, encodeURIComponent(SECRET)])
    expect(logged).not.toContain(secret);
});
