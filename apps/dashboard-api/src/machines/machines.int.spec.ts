import { randomUUID } from 'node:crypto';
import { Mongo, type MachineStateDocument, type RawDocument } from '@iot/mongo';
import { createLogger, createService } from '@iot/service';
import { jest } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { dashboardConfig } from '../config.js';
import { service } from '../service.js';

jest.setTimeout(60_000);
const config = dashboardConfig({
  HOST: '127.0.0.1',
  AUTH: 'off',
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `machines_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
});
const mongo = new Mongo(config, 'test');
let app: NestFastifyApplication;

beforeAll(async () => {
  await mongo.connect();
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(() => Promise.all([app.close(), mongo.close()]));

async function ask(method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) {
  const answer = await app.inject({ method, url, ...(payload && { payload }) });
  return { status: answer.statusCode, body: (answer.body ? answer.json() : null) as never };
}
const COUNT =
  'function process(data, state) {\n  state.n = (state.n ?? 0) + 1;\n  return state;\n}';

describe('the logic of a machine', () => {
  it('has numbered versions that never change, and one that is active', async () => {
    expect((await ask('GET', '/machines/m1/logic')).status).toBe(404);
    const first = await ask('POST', '/machines/m1/logic', { logic: COUNT, note: 'counts' });
    expect(first).toMatchObject({ status: 201, body: { pattern: 'm1', version: 1, active: true } });
    const second = `${COUNT}\n// 2`;
    await ask('POST', '/machines/m1/logic', { logic: second });
    expect((await ask('GET', '/machines/m1/logic')).body).toMatchObject({
      version: 2,
      logic: second,
    });
    const { status } = await ask('POST', '/machines/m1/logic/activate', { version: 1 });
    expect(status).toBe(200);
    const history = await ask('GET', '/machines/m1/logic/history?limit=1');
    expect(history.body).toMatchObject({
      data: [{ version: 2, active: false, created_by: 'anonymous' }],
      next_cursor: '2',
    });
    expect((await ask('GET', '/machines/m1/logic/history?cursor=2')).body).toMatchObject({
      data: [{ version: 1, active: true, note: 'counts' }],
      next_cursor: null,
    });
    expect((await ask('GET', '/machines/m1/logic/versions/2')).body).toMatchObject({
      logic: second,
    });
    expect((await ask('POST', '/machines/m1/logic/activate', { version: 9 })).status).toBe(404);
    expect((await ask('DELETE', '/machines/m1/logic')).status).toBe(204);
    expect((await ask('GET', '/machines/m1/logic')).status).toBe(404);
    expect((await ask('DELETE', '/machines/m1/logic')).status).toBe(404);
    const third = await ask('POST', '/machines/m1/logic', { logic: COUNT });
    expect(third.body).toMatchObject({ version: 3 });
  });

  it('is that of the most specific pattern', async () => {
    for (const pattern of ['*', 'p.*', 'p.press-*', 'p.press-1'])
      await ask('POST', `/machines/${encodeURIComponent(pattern)}/logic`, { logic: COUNT });
    const of = async (id: string) =>
      ((await ask('GET', `/machines/${id}/logic`)).body as { pattern: string }).pattern;
    expect(await of('p.press-1')).toBe('p.press-1');
    expect(await of('p.press-10')).toBe('p.press-*');
    expect(await of('p.x')).toBe('p.*');
    expect(await of('q')).toBe('*');
    const { data } = (await ask('GET', '/logic')).body as { data: { pattern: string }[] };
    expect(data.map(({ pattern }) => pattern)).toEqual([
      '*',
      'm1',
      'p.*',
      'p.press-*',
      'p.press-1',
    ]);
  });

  it.each([
    ['a syntax error', 'function process(data {\n}', { line: 1, column: 23 }, /Unexpected token/],
    [
      'an unknown name',
      'function process(data) {\n  return dat;\n}',
      { line: 2, column: 10 },
      /dat is not/,
    ],
    ['no process', 'const x = 1;', { line: 1, column: 1 }, /function process/],
    ['async', 'async function process() {}', { line: 1, column: 1 }, /async/],
    ['import', "function process() {\n  return import('fs');\n}", { line: 2 }, /import/],
    ['too much', `${COUNT}//${'x'.repeat(70_000)}`, { line: 1 }, /bytes/],
    ['what closes the function', '}); (function () {', { line: 1 }, /Unexpected/],
    [
      'a loop before any reading',
      `for (;;);\n${COUNT}`,
      { line: 1 },
      /before it is given a reading/,
    ],
    ['an error before any reading', `\n  null.x;\n${COUNT}`, { line: 2 }, /TypeError: cannot read/],
    ['what is no function', 'const process = { call: 1 };', { line: 1 }, /process is no function/],
    ['what the engine has not', `${COUNT}\nusing x = null;`, { line: 5 }, /./],
  ])('is refused at once: %s', async (_, logic, place, message) => {
    const { status, body } = await ask('POST', '/machines/bad/logic', { logic });
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ field: 'logic', ...place }] });
    expect((body as { detail: string }).detail).toMatch(message);
    expect((await ask('GET', '/machines/bad/logic/history')).body).toMatchObject({ data: [] });
  });

  it('refuses what is no machine, and other fields', async () => {
    expect((await ask('GET', '/machines/a*b/logic')).status).toBe(400);
    const { status } = await ask('POST', '/machines/m1/logic', { logic: COUNT, python: true });
    expect(status).toBe(400);
  });

  it('is noted in the audit', async () => {
    const found = await mongo.audit.find({ action: 'logic_delete' }).toArray();
    expect(found).toMatchObject([{ target: 'm1', actor: 'anonymous' }]);
  });
});

describe('a trial', () => {
  it('runs a draft on readings that are given, and keeps nothing', async () => {
    const logic = `function process(data, state) {
      console.log('at', data.temperature_c);
      if (data.temperature_c > 30) throw new RangeError('hot');
      return { state: { n: (state.n ?? 0) + 1 }, results: [data.temperature_c] };
    }`;
    const readings = [{ temperature: 20 }, { temperature_c: 31 }, { temperature_c: 22 }];
    const { status, body } = await ask('POST', '/machines/t1/logic/try', { logic, readings });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      complete: true,
      state: { n: 2 },
      readings: [
        { state: { n: 1 }, results: [20], logs: ['at 20'], error: null },
        { state: { n: 1 }, results: [], logs: ['at 31'], error: { name: 'RangeError' } },
        { state: { n: 2 }, results: [22] },
      ],
    });
    expect(await mongo.machineStates.countDocuments({ _id: 't1' })).toBe(0);
  });

  it('runs the active program on what is stored, with a copy of the state', async () => {
    const ts = new Date(Date.now() - 60_000);
    await mongo.raw.insertOne({
      _id: 't2/e1',
      event_id: 'e1',
      device_id: 't2',
      ts,
      received_at: ts,
      source: 'x/0/1',
      humidity: 50,
      attributes: '{"signal":-67}',
    } as RawDocument);
    await mongo.machineStates.insertOne({
      _id: 't2',
      state: '{"n":41}',
      version: 1,
    } as MachineStateDocument);
    const { body } = await ask('POST', '/machines/t2/logic/try', {});
    expect(body).toMatchObject({ state: { n: 42 }, readings: [{ event_id: 'e1' }] });
    expect(await mongo.machineStates.findOne({ _id: 't2' })).toMatchObject({ state: '{"n":41}' });
    const logic = 'function process(data) { return data.attributes.signal }';
    expect((await ask('POST', '/machines/t2/logic/try', { logic })).body).toMatchObject({
      readings: [{ results: [-67] }],
    });
    await mongo.machineStates.deleteOne({ _id: 't2' });
  });

  it('takes a time that is none for now, and a state or a log without end for what they are', async () => {
    const logic = `function process(data) {
      for (let i = 0; i < 1000; i++) console.log('x'.repeat(2000));
      return data.ts;
    }`;
    const readings = [{ ts: Number.MAX_SAFE_INTEGER }, { ts: 'never' }, { ts: 1.5 }];
    const { status, body } = await ask('POST', '/machines/t4/logic/try', { logic, readings });
    expect(status).toBe(200);
    expect(body).toMatchObject({ complete: true });
    const many = Array.from({ length: 200 }, () => ({}));
    const flood = await ask('POST', '/machines/t4/logic/try', { logic, readings: many });
    expect(flood.body).toMatchObject({ complete: false });
    expect(JSON.stringify(flood.body).length).toBeLessThan(6 << 20);
  });

  it('ends where a program does not', async () => {
    const logic = 'function process() { for (;;); }';
    const readings = Array.from({ length: 100 }, () => ({}));
    const { body } = await ask('POST', '/machines/t3/logic/try', { logic, readings });
    expect(body).toMatchObject({ complete: false });
    const { readings: tried } = body as { readings: { error: { name: string } }[] };
    expect(tried.every(({ error }) => error.name === 'TimeoutError')).toBe(true);
  });
});

describe('machines', () => {
  const state = (id: string, more: object = {}): MachineStateDocument => ({
    _id: id,
    state: '{"n":1}',
    version: 3,
    pattern: '*',
    logic_version: 1,
    fresh_id: null,
    positions: [],
    skipped: [],
    recent: [],
    runs: 10,
    errors: 1,
    results: 9,
    took: [0, 0, 0, 0, 9, 1],
    failures: [],
    held: null,
    last_error: null,
    updated_at: new Date(0),
    ...more,
  });

  it('are listed by id, those that are held alone too', async () => {
    const now = Date.now();
    const hold = (until: number) => ({
      held: { since: new Date(0), until: new Date(until), times: 1, pattern: '*', version: 1 },
    });
    await mongo.machineStates.insertMany([
      state('a'),
      state('b', hold(now + 60_000)),
      state('c', hold(now - 1000)),
    ]);
    const page = await ask('GET', '/machines?limit=2');
    expect(page.body).toMatchObject({
      data: [
        { id: 'a', runs: 10, p50_us: 16, p99_us: 32, held: false },
        { id: 'b', held: true },
      ],
      next_cursor: 'b',
    });
    expect((await ask('GET', '/machines?cursor=b')).body).toMatchObject({ data: [{ id: 'c' }] });
    expect((await ask('GET', '/machines?held=true')).body).toMatchObject({ data: [{ id: 'b' }] });
    expect((await ask('GET', '/machines/a')).body).toMatchObject({ state: { n: 1 }, skipped: 0 });
    expect((await ask('GET', '/machines/none')).status).toBe(404);
  });
});
