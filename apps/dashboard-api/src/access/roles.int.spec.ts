import { randomUUID } from 'node:crypto';
import { ROLES, type Role } from '@iot/access';
import { documentedRules, endpointsOf } from '@iot/access/testing';
import { administrationOf } from '@iot/accounts';
import { newKey } from '@iot/credentials';
import { Mongo } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fc from 'fast-check';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';
import { signingKey } from '../testing/signing-key.js';

jest.setTimeout(120_000);

const config = dashboardConfig({
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `roles_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  AUTH: 'on',
  AUTH_SIGNING_KEY: signingKey(),
});
const ACTOR = { kind: 'command', id: 'test', source: 'test' };
/** Who asks: nobody, somebody with a device key, or with a role. */
const ASKERS = ['nobody', 'device key', ...ROLES] as const;
type Asker = (typeof ASKERS)[number];

let app: NestFastifyApplication;
let url: string;
let mongo: Mongo;
const tokens: Partial<Record<Asker, string>> = {
  'device key': newKey({ name: 'n', scope: '*' }, Date.now()).secret,
};

beforeAll(async () => {
  mongo = new Mongo(config, 'test');
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
  const { administration } = administrationOf(mongo, config);
  for (const role of ROLES) {
    const wanted = { name: role, role, expiresAt: null };
    tokens[role] = (await administration.createToken(wanted, ACTOR, new Date())).token;
  }
});
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
});

/** How the API treats an asker: as the guard lets it in, or as it refuses it. */
async function treatment(endpoint: string, asker: Asker): Promise<number | 'let in'> {
  const [method = '', path = ''] = endpoint.split(' ');
  const token = tokens[asker];
  const withBody = ['POST', 'PUT', 'PATCH'].includes(method);
  const gone = new AbortController();
  const response = await fetch(url + path.replaceAll(/\{\w+\}/g, 'd1'), {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(withBody && { 'content-type': 'application/json' }),
    },
    ...(withBody && { body: '{}' }),
    signal: gone.signal,
  });
  const { status: statusCode } = response;
  // A stream has no end.
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  const body = isStream ? '' : await response.text();
  gone.abort();
  expect([endpoint, asker, statusCode < 500]).toEqual([endpoint, asker, true]);
  const { reason } = (/^\{/.test(body) ? JSON.parse(body) : {}) as { reason?: string };
  // POST /auth/refresh asks for its own credential; it is not the guard that refuses.
  if (statusCode === 401 && (reason === 'unknown' || reason === 'wrong')) return 'let in';
  return statusCode === 401 || statusCode === 403 ? statusCode : 'let in';
}

function expected(rule: string, asker: Asker): number | 'let in' {
  if (rule === 'anyone') return 'let in';
  if (asker === 'nobody' || asker === 'device key') return 401;
  return ROLES.indexOf(asker as Role) >= ROLES.indexOf(rule as Role) ? 'let in' : 403;
}

it('each endpoint lets in and refuses as docs/security.md says, whoever asks', async () => {
  const rules = documentedRules();
  const document = (await app.inject('/openapi.json')).json<{ paths: object }>();
  const endpoints = endpointsOf(document);
  expect(endpoints.length).toBeGreaterThan(25);
  for (const endpoint of endpoints) {
    expect([endpoint, rules.has(endpoint)]).toEqual([endpoint, true]);
    for (const asker of ASKERS) {
      const should = expected(rules.get(endpoint)!, asker);
      expect([endpoint, asker, await treatment(endpoint, asker)]).toEqual([
        ...[endpoint, asker, should],
      ]);
      const asHead = endpoint.replace(/^GET /, 'HEAD ');
      if (asHead !== endpoint && should !== 'let in')
        expect([asHead, asker, await treatment(asHead, asker)]).toEqual([asHead, asker, should]);
    }
  }
});

it('the OpenAPI document says of each endpoint who may use it, and how they say who they are', async () => {
  interface Operation {
    readonly security?: object[];
    readonly responses: object;
  }
  const rules = documentedRules();
  const { paths, components } = (await app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, Operation>>;
    components: { securitySchemes: object };
  }>();
  const schemes = Object.keys(components.securitySchemes);
  for (const [path, operations] of Object.entries(paths))
    for (const [method, { security, responses }] of Object.entries(operations)) {
      const endpoint = `${method.toUpperCase()} ${path}`;
      const ways = security?.map((way) => Object.keys(way));
      if (rules.get(endpoint) === 'anyone') {
        expect([endpoint, ways]).toEqual([endpoint, undefined]);
        continue;
      }
      const cookie = method === 'get' ? ['cookie'] : ['cookie', 'csrf'];
      expect([endpoint, ways]).toEqual([endpoint, [['accessToken'], ['serviceToken'], cookie]]);
      expect(schemes).toEqual(expect.arrayContaining(ways!.flat()));
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403']));
    }
});

it('no header and no cookie, however odd, is a 500 or lets anybody in', async () => {
  const [, word] = ['', tokens.viewer!];
  const mangled = fc
    .tuple(fc.nat(word.length), fc.nat(20), fc.string({ unit: 'binary-ascii', maxLength: 20 }))
    .map(([at, cut, text]) => word.slice(0, at) + text + word.slice(at + cut + 1));
  const jwt = fc
    .tuple(
      fc.oneof(
        fc.json(),
        fc.record({
          alg: fc.constantFrom('none', 'HS256', 'RS256', 'EdDSA', 'ES256', '', 'dir'),
          kid: fc.oneof(fc.string(), fc.constant('../../etc/passwd')),
          typ: fc.constantFrom('at+jwt', 'JWT'),
          crit: fc.constantFrom(undefined, ['b64'], [], 1),
          b64: fc.constantFrom(undefined, false),
        }),
      ),
      fc.json(),
      fc.string(),
    )
    .map(([header, payload, signature]) => {
      const text = typeof header === 'string' ? header : JSON.stringify(header);
      return [text, payload, signature]
        .map((part) => Buffer.from(part).toString('base64url'))
        .join('.');
    });
  const credential = fc.oneof(
    mangled,
    jwt,
    fc.string({ unit: 'binary-ascii' }),
    fc.base64String(),
    fc.constantFrom('iots_', 'iotk_', 'iotr_', '.', '..', '...', 'null', 'undefined'),
  );
  const scheme = fc.constantFrom(
    'Bearer ',
    'bearer ',
    'Bearer',
    'Bearer  ',
    'Basic ',
    'Digest ',
    '',
  );
  const printable = (text: string): string => text.replaceAll(/[^\x20-\x7e\t]/g, '?');
  await fc.assert(
    fc.asyncProperty(scheme, credential, fc.boolean(), async (before, text, asCookie) => {
      fc.pre(text.trim() !== word);
      const value = printable(asCookie ? `iot_access=${text}; iot_csrf=${text}` : before + text);
      const header = asCookie ? 'cookie' : 'authorization';
      for (const method of ['GET', 'POST'] as const) {
        const { statusCode, headers, body } = await app.inject({
          method,
          url: method === 'GET' ? '/devices' : '/users',
          headers: { [header]: value, 'x-csrf-token': printable(text) },
        });
        expect([value, statusCode]).toEqual([value, 401]);
        expect(headers['www-authenticate']).toMatch(/^Bearer realm="telemetry"/);
        expect(JSON.parse(body)).toMatchObject({ status: 401, reason: expect.any(String) });
      }
    }),
    { numRuns: 300 },
  );
});
