import 'reflect-metadata';
import { ANONYMOUS, Principal, Requires, ROLES, type Role } from '@iot/access';
import { LOGGER, ProblemFilter } from '@iot/service';
import { Controller, Delete, Get, Post } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { AccessGuard } from './access.guard.js';
import { DASHBOARD_METRICS } from '../metrics.js';
import { GATE, OPEN_GATE, type Gate } from './gate.js';
import { REFUSALS } from './refusals.js';

@Requires('operator')
@Controller()
class Things {
  @Requires('anyone')
  @Get('open')
  open() {
    return 'open';
  }
  @Requires('viewer')
  @Get('read')
  read(@Principal() { kind, name, role }: Principal) {
    return { kind, name, role };
  }
  @Post('change')
  change() {
    return 'changed';
  }
  @Requires('admin')
  @Delete('all')
  remove() {
    return 'removed';
  }
}

@Controller('unsaid')
class Unsaid {
  @Get()
  read() {
    return 'read';
  }
}

async function served(gate: Gate): Promise<NestFastifyApplication> {
  class Root {}
  const providers = [
    { provide: GATE, useValue: gate },
    { provide: DASHBOARD_METRICS, useValue: { refusals: { inc: () => undefined } } },
    { provide: LOGGER, useValue: { warn: () => undefined } },
    { provide: APP_GUARD, useClass: AccessGuard },
  ];
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: Root, controllers: [Things, Unsaid], providers },
    new FastifyAdapter(),
    { logger: false },
  );
  app.useGlobalFilters(new ProblemFilter(pino({ level: 'silent' })));
  await app.init();
  return app;
}
const ENDPOINTS = [
  ['GET', '/read', 'viewer'],
  ['POST', '/change', 'operator'],
  ['DELETE', '/all', 'admin'],
  ['GET', '/unsaid', 'admin'],
] as const;

describe.each(ROLES)('a %s', (role: Role) => {
  it('may do what those below may, and nothing else', async () => {
    const who = { kind: 'user', id: 'ada', name: 'ada', role } as const;
    const app = await served({ identify: () => who });
    for (const [method, url, least] of ENDPOINTS) {
      const allowed = ROLES.indexOf(role) >= ROLES.indexOf(least);
      const { statusCode, headers, body } = await app.inject({ method, url });
      expect([url, statusCode < 300, statusCode === 403]).toEqual([url, allowed, !allowed]);
      if (allowed) continue;
      expect(headers['www-authenticate']).toContain('error="insufficient_scope"');
      expect(JSON.parse(body)).toMatchObject({
        status: 403,
        title: 'Forbidden',
        detail: `This is for the role ${least}; yours is ${role}.`,
      });
    }
    await app.close();
  });
});

it('nobody is refused with what is missing, but where anyone may come', async () => {
  const app = await served({ identify: () => 'missing' });
  expect((await app.inject('/open')).statusCode).toBe(200);
  for (const [method, url] of ENDPOINTS) {
    const { statusCode, headers, body } = await app.inject({ method, url });
    expect([url, statusCode]).toEqual([url, 401]);
    expect(headers['www-authenticate']).toBe('Bearer realm="telemetry"');
    expect(JSON.parse(body)).toMatchObject({ title: 'Unauthorized', detail: REFUSALS.missing });
  }
  await app.close();
});

it('with AUTH=off anyone may do everything, as anonymous', async () => {
  const app = await served(OPEN_GATE);
  for (const [method, url] of ENDPOINTS)
    expect((await app.inject({ method, url })).statusCode).toBeLessThan(300);
  const { kind, name, role } = ANONYMOUS;
  expect((await app.inject('/read')).json()).toEqual({ kind, name, role });
  await app.close();
});

it.each([
  [{ 'sec-fetch-site': 'cross-site' }, 403],
  [{ 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' }, 403],
  [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8002' }, 201],
  [{ origin: 'https://evil.example' }, 403],
  [{ origin: 'null' }, 403],
  [{ origin: 'http://localhost:8002.evil.example' }, 403],
  [{ origin: 'http://localhost:8002' }, 201],
])('with AUTH=off a change asked for with %j is answered %i', async (headers, status) => {
  const app = await served(OPEN_GATE);
  const ask = (method: 'GET' | 'POST', url: string) =>
    app.inject({ method, url, headers: { host: 'localhost:8002', ...headers } });
  expect((await ask('POST', '/change')).statusCode).toBe(status);
  expect((await ask('GET', '/read')).statusCode).toBe(200);
  await app.close();
});
