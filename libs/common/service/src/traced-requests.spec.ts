import { setTimeout as delay } from 'node:timers/promises';
import { fastify, type FastifyInstance } from 'fastify';
import { RecordedTraces } from '@iot/tracing/testing';
import { traceRequests } from './traced-requests.js';

let traces: RecordedTraces;
let server: FastifyInstance;
beforeEach(() => {
  traces = new RecordedTraces();
  server = fastify();
  traceRequests(server, traces);
  server.get('/devices/:id', async () => {
    await delay(1);
    traces.current()?.child('find devices', { kind: 'client' }).end();
    return { found: true };
  });
  server.get('/broken', () => Promise.reject(new Error('secret')));
  server.get('/health/live', () => ({}));
  server.get('/metrics', () => '');
  server.get('/live', () => 'data: 1');
});
afterEach(() => server.close());

it('is a span of the route, with what was done for it', async () => {
  const traceparent = 'of the client';
  await server.inject({ url: '/devices/a-device?from=1', headers: { traceparent } });
  expect(traces.spans).toMatchObject([
    {
      name: 'GET /devices/:id',
      parent: traceparent,
      attributes: { 'http.route': '/devices/:id', 'http.response.status_code': 200 },
      ended: true,
      failure: undefined,
    },
    { name: 'find devices' },
  ]);
  expect(JSON.stringify(traces.spans)).not.toContain('a-device');
});

it('has failed where the service has, and not where the client has', async () => {
  await server.inject('/broken');
  await server.inject('/nowhere');
  expect(traces.spans.map(({ name, failure }) => [name, failure])).toEqual([
    ['GET /broken', 'answered 500'],
    ['GET', undefined],
  ]);
});

it('is none of a probe, and none of a stream', async () => {
  for (const url of ['/health/live', '/metrics', '/metrics?name=x']) await server.inject(url);
  await server.inject({ url: '/live', headers: { accept: 'text/event-stream' } });
  expect(traces.spans).toEqual([]);
});

it('leaves a request alone whose trace is not kept', async () => {
  traces.keep = false;
  expect((await server.inject('/devices/1')).statusCode).toBe(200);
});
