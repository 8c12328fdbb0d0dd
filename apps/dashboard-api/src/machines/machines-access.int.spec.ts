import { randomUUID } from 'node:crypto';
import { ROLES, type Role } from '@iot/access';
import { administrationOf } from '@iot/accounts';
import { newKey } from '@iot/credentials';
import { PROGRAM_BYTES } from '@iot/logic';
import { Mongo, type MachineStateDocument, type RawDocument } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';
import { signingKey } from '../testing/signing-key.js';

jest.setTimeout(60_000);
const config = dashboardConfig({
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `machines_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  AUTH: 'on',
  AUTH_SIGNING_KEY: signingKey(),
});
const ACTOR = { kind: 'command', id: 'test', source: 'test' };
const COUNT = 'function process(data, state) { return { n: (state.n ?? 0) + 1 } }';

type Asker = Role | 'nobody' | 'revoked' | 'expired' | 'device key' | 'key of one device';
const ASKERS: readonly Asker[] = [
  ...ROLES,
  ...(['nobody', 'revoked', 'expired', 'device key', 'key of one device'] as const),
];
const mongo = new Mongo(config, 'test');
let app: NestFastifyApplication;
let url: string;
const tokens: Partial<Record<Asker, string>> = {
  'device key': newKey({ name: 'n', scope: '*' }, Date.now()).secret,
  'key of one device': newKey({ name: 'n', scope: 'm1' }, Date.now()).secret,
};

beforeAll(async () => {
  await mongo.connect();
  const { administration } = administrationOf(mongo, config);
  const tokenOf = async (name: string, role: Role, expiresAt: Date | null = null) =>
    administration.createToken({ name, role, expiresAt }, ACTOR, new Date(Date.now() - 60_000));
  for (const role of ROLES) tokens[role] = (await tokenOf(role, role)).token;
  tokens.expired = (await tokenOf('expired', 'admin', new Date(Date.now() - 1000))).token;
  const { token, id } = await tokenOf('revoked', 'admin');
  tokens.revoked = token;
  await administration.revokeToken(id, ACTOR, new Date());
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => Promise.all([app.close(), mongo.close()]));

async function ask(asker: Asker, method: string, path: string, body?: string | object) {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(tokens[asker] && { authorization: `Bearer ${tokens[asker]}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    body: (/^[[{]/.test(text) ? JSON.parse(text) : null) as never,
  };
}

describe('who may do what with programs', () => {
  const READ: readonly [string, string, object?][] = [
    ['GET', '/machines'],
    ['GET', '/machines/m1'],
    ['GET', '/logic'],
    ['GET', '/machines/m1/logic'],
    ['GET', '/machines/m1/logic/history'],
    ['GET', '/machines/m1/logic/versions/1'],
    ['GET', '/machines/m*/logic'],
  ];
  const TRY: typeof READ = [['POST', '/machines/m1/logic/try', { logic: COUNT, readings: [{}] }]];
  const WRITE: typeof READ = [
    ['POST', '/machines/m1/logic', { logic: COUNT }],
    ['POST', '/machines/*/logic', { logic: COUNT }],
    ['POST', '/machines/m1/logic/activate', { version: 1 }],
    ['DELETE', '/machines/m1/logic'],
    ['DELETE', '/machines/*/logic'],
  ];

  it('is what their role says, and what is refused changes nothing', async () => {
    await ask('admin', 'POST', '/machines/m1/logic', { logic: COUNT });
    await ask('admin', 'POST', '/machines/m*/logic', { logic: COUNT });
    await mongo.machineStates.insertOne({ ...stateOf('m1'), state: '{"n":1}' });
    const logic = () => mongo.machineLogic.find().sort({ _id: 1 }).toArray();
    for (const asker of ASKERS.filter((one) => one !== 'admin')) {
      const before = await logic();
      const rank = ROLES.indexOf(asker as Role);
      for (const [calls, needed] of [
        [READ, 'viewer'],
        [TRY, 'operator'],
        [WRITE, 'admin'],
      ] as const)
        for (const [method, path, body] of calls) {
          const should = rank < 0 ? 401 : rank < ROLES.indexOf(needed) ? 403 : 200;
          const { status } = await ask(asker, method, path, body);
          expect([asker, method, path, status]).toEqual([asker, method, path, should]);
        }
      expect(await logic()).toEqual(before);
    }
    const statuses = [];
    for (const [method, path, body] of WRITE)
      statuses.push((await ask('admin', method, path, body)).status);
    expect(statuses).toEqual([201, 201, 200, 204, 204]);
  });
});

const stateOf = (id: string): MachineStateDocument => ({
  ...{ _id: id, state: '{}', version: 1, pattern: '*', logic_version: 1, fresh_id: null },
  ...{ positions: [], skipped: [], recent: [], runs: 0, errors: 0, results: 0, took: [] },
  ...{ failures: [], held: null, last_error: null, updated_at: new Date(0) },
});

describe('what is odd', () => {
  it.each([
    ['/machines/a%2Fb/logic', 400],
    ['/machines/a%00/logic', 400],
    ['/machines/%F0%9F%98%80/logic', 400],
    ['/machines/%23revision/logic', 400],
    ['/machines/a*b*/logic', 400],
    [`/machines/${'x'.repeat(128)}/logic`, 404],
    [`/machines/${'x'.repeat(129)}/logic`, 400],
    ['/machines/__proto__/logic', 404],
    ['/machines/constructor', 404],
    ['/machines/m1/logic/versions/-1', 404],
    ['/machines/m1/logic/versions/1e3', 400],
    ['/machines/m1/logic/versions/99999999999999999999', 404],
    ['/machines?cursor=..%2F', 400],
  ])('in a path is no fault of the server: %s', async (path, status) => {
    expect((await ask('viewer', 'GET', path)).status).toBe(status);
  });

  it('in a body is refused or taken, and never a fault of the server', async () => {
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    const long = COUNT + ' '.repeat(PROGRAM_BYTES - COUNT.length);
    const escaped = JSON.stringify({ logic: long }).replaceAll(' ', '\\u0020');
    const bodies: readonly [string, string | object, number][] = [
      ['/machines/o1/logic/try', `{"logic":${JSON.stringify(COUNT)},"state":${deep}}`, 400],
      [
        '/machines/o1/logic/try',
        `{"logic":${JSON.stringify(COUNT)},"readings":[{"a":${deep}}]}`,
        400,
      ],
      ['/machines/o1/logic/try', '{"state":{"__proto__":{"a":1}}}', 400],
      ['/machines/o1/logic/try', { logic: COUNT, readings: [[], 1] }, 400],
      ['/machines/o1/logic/try', { logic: COUNT, readings: Array(1001).fill({}) }, 400],
      [
        '/machines/o1/logic/try',
        { logic: COUNT, readings: [{ device_id: 'other', ts: 1e300 }] },
        200,
      ],
      ['/machines/o1/logic/try', { logic: COUNT, readings: [], state: null }, 200],
      ['/machines/o1/logic/try', { logic: COUNT, from: 'never' }, 400],
      ['/machines/o1/logic/try', { logic: COUNT, from: 2, to: 1 }, 200],
      ['/machines/o1/logic/try', {}, 404],
      ['/machines/o*/logic/try', { logic: COUNT, readings: [{}] }, 400],
      ['/machines/o1/logic', { logic: long }, 201],
      ['/machines/o1/logic', escaped, 201],
      ['/machines/o1/logic', { logic: `${long} ` }, 400],
      ['/machines/o1/logic', { logic: `\uFEFF${COUNT}` }, 201],
      ['/machines/o1/logic', { logic: COUNT.replace('1)', '"\\ud800\\u0000")') }, 201],
      ['/machines/o1/logic', { logic: 1 }, 400],
      ['/machines/o1/logic', 'null', 400],
      ['/machines/o1/logic', '', 400],
      ['/machines/o1/logic/activate', { version: 1.5 }, 400],
      ['/machines/o1/logic/activate', { version: 1e15 }, 404],
    ];
    for (const [path, body, status] of bodies) {
      const answer = await ask('admin', 'POST', path, body);
      const shown = JSON.stringify(body).slice(0, 100);
      expect([path, shown, answer.status, answer.status === status ? '' : answer.text]).toEqual([
        ...[path, shown, status, ''],
      ]);
    }
  });

  it('in a state is shown as it is', async () => {
    const states = [
      '{"__proto__":{"a":1}}',
      '1e999',
      '"\\ud800"',
      'null',
      '[]',
      `"${'é'.repeat(32_767)}"`,
    ];
    const deepest = `${'['.repeat(1000)}${']'.repeat(1000)}`;
    await mongo.machineStates.insertMany(
      [...states, deepest].map((state, i) => ({ ...stateOf(`s${i}`), state })),
    );
    for (const [i, state] of [...states, deepest].entries()) {
      const { status, text } = await ask('viewer', 'GET', `/machines/s${i}`);
      expect([state.slice(0, 40), status]).toEqual([state.slice(0, 40), 200]);
      expect(text).toContain(`"state":${JSON.stringify(JSON.parse(state))}`);
    }
  });

  it('the readings of a machine that has more: a trial takes the newest of the range', async () => {
    const from = Date.now() - 3_000_000;
    const reading = (i: number) => {
      const at = new Date(from + i * 20);
      const ids = { _id: `many/${i}`, event_id: `${i}`, device_id: 'many' };
      return { ...ids, ts: at, received_at: at, source: `x/0/${i}`, humidity: 1 } as RawDocument;
    };
    for (let i = 0; i < 3000; i += 1000)
      await mongo.raw.insertMany(Array.from({ length: 1000 }, (_, k) => reading(i + k)));
    const { status, body } = await ask('operator', 'POST', '/machines/many/logic/try', {
      ...{ logic: COUNT, limit: 1000, from: new Date(from).toISOString() },
    });
    expect([status, body]).toMatchObject([200, { complete: true, state: { n: 1000 } }]);
    const { readings } = body as { readings: { event_id: string }[] };
    expect([readings[0]!.event_id, readings.at(-1)!.event_id]).toEqual(['2000', '2999']);
  });
});
