import { randomUUID } from 'node:crypto';
import { Mongo, type LogDocument } from '@iot/mongo';
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
  MONGO_DB: `logs_${randomUUID().slice(0, 8)}`,
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
});
const mongo = new Mongo(config, 'test');
let app: NestFastifyApplication;

const FROM = Date.parse('2026-01-31T12:00:00Z');
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const NUMBERS = { debug: 5, info: 9, warn: 13, error: 17 };
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const line = (n: number, more: Partial<LogDocument> = {}): LogDocument => {
  const level = LEVELS[n % 4]!;
  return {
    _id: `l${String(n).padStart(4, '0')}/0`,
    timestamp: new Date(FROM + Math.floor(n / 3) * 1000),
    stored_at: new Date(),
    service: ['ingestion-api', 'aggregator-worker'][n % 2]!,
    level,
    severity_number: NUMBERS[level],
    severe: n % 4 > 1,
    body: `line ${n}`,
    attributes: '{"partition":3}',
    ...more,
  };
};

beforeAll(async () => {
  await mongo.connect();
  await mongo.logs.insertMany([
    ...Array.from({ length: 60 }, (_, n) => line(n)),
    line(60, {
      body: 'Cannot store (50 %) [x] tab\\tand',
      trace_id: TRACE,
      device_id: 'd1',
      event_id: 'e1',
    }),
  ]);
  app = await createService(service, config, createLogger('test', 'silent'));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(async () => {
  await app.close();
  await mongo.db.dropDatabase();
  await mongo.close();
});

async function search(query: string) {
  const { statusCode, body } = await app.inject(`/logs?${query}`);
  return { status: statusCode, ...(JSON.parse(body) as Record<string, never>) } as {
    status: number;
    data: { id: string; body: string; attributes: object; timestamp: string }[];
    next_cursor: string | null;
    cut: { why: string; at: string } | null;
    errors: { field: string; message: string }[];
  };
}
const from = `from=${new Date(FROM).toISOString()}`;

describe('the search', () => {
  it('asks for a time', async () => {
    expect(await search('level=warn')).toMatchObject({ status: 400, errors: [{ field: 'from' }] });
    for (const wrong of ['level=loud', 'trace_id=x', 'text=a', 'service=', 'nothing=1'])
      expect([wrong, (await search(`${from}&${wrong}`)).status]).toEqual([wrong, 400]);
  });

  it('gives each line once, the newest first, and says where a page was cut', async () => {
    const ids: string[] = [];
    let cursor = '';
    for (let page = 0; page < 20; page++) {
      const { data, next_cursor, cut } = await search(`${from}&limit=7${cursor}`);
      ids.push(...data.map(({ id }) => id));
      if (next_cursor === null) {
        expect(cut).toBeNull();
        break;
      }
      expect(cut).toEqual({ why: 'limit', at: data.at(-1)!.timestamp });
      cursor = `&cursor=${next_cursor}`;
    }
    expect(ids).toEqual(
      Array.from({ length: 61 }, (_, n) => `l${String(60 - n).padStart(4, '0')}/0`),
    );
  });

  it.each([
    ['level=warn', 30],
    ['level=error', 15],
    ['level=info', 45],
    ['level=trace', 61],
    ['service=ingestion-api', 31],
    ['service=ingestion-api&level=warn', 15],
    ['device_id=d1', 1],
    ['event_id=e1', 1],
    [`trace_id=${TRACE}`, 1],
    ['text=cannot STORE', 1],
    [`text=${encodeURIComponent('(50 %) [X]')}`, 1],
    ['text=.*', 0],
    ['text=tab%09and', 1],
    ['text=%00a', 0],
    ['text=line 5', 11],
    [`to=${new Date(FROM + 2000).toISOString()}`, 6],
  ])('finds by %s', async (query, count) => {
    const { status, data } = await search(`${from}&limit=100&${query}`);
    expect([status, data?.length]).toEqual([200, count]);
  });

  it('says what else a line says, in CSV too', async () => {
    const { data } = await search(`${from}&device_id=d1`);
    expect(data[0]).toMatchObject({
      id: 'l0060/0',
      level: 'debug',
      trace_id: TRACE,
      event_id: 'e1',
      attributes: { partition: 3 },
      instance: null,
    });
    const csv = await app.inject({
      url: `/logs?${from}&device_id=d1`,
      headers: { accept: 'text/csv' },
    });
    expect(csv.body.split('\r\n')[1]).toContain('"{""partition"":3}"');
  });
});

describe('the tail', () => {
  const open = async (query: string) => {
    const ended = new AbortController();
    const url = `${await app.getUrl()}/logs/tail?${query}`;
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream' },
      signal: ended.signal,
    });
    let text = '';
    const reading = (async () => {
      for await (const chunk of response.body!) text += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    return {
      bodies: () =>
        [...text.matchAll(/event: line\ndata: (.*)\n/g)].map(
          ([, data]) => (JSON.parse(data!) as { body: string }).body,
        ),
      beats: () => text.split('event: beat').length - 1,
      close: () => (ended.abort(), reading),
    };
  };
  const until = async (probe: () => boolean) => {
    for (const end = Date.now() + 10_000; !probe() && Date.now() < end;)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(probe()).toBe(true);
  };

  it('tells each line once to whom it fits', async () => {
    await app.listen(0, '127.0.0.1');
    const [all, some] = [
      await open('service=tail'),
      await open('service=tail&level=warn&text=TWO'),
    ];
    await until(() => all.beats() > 0 && some.beats() > 0);
    const fresh = (n: number, body: string) =>
      line(n, { _id: `tail-${n}`, service: 'tail', body, stored_at: new Date() });
    await mongo.logs.insertMany([fresh(2, 'one'), fresh(3, 'two'), fresh(4, 'two')]);
    await until(() => all.bodies().length === 3);
    await mongo.logs.insertOne(fresh(6, 'three'));
    await until(() => all.bodies().length === 4);
    expect(all.bodies()).toEqual(['one', 'two', 'two', 'three']);
    expect(some.bodies()).toEqual(['two']);
    expect((await app.inject('/metrics')).body).toMatch(/live_viewers\{.*\} 2/);
    await Promise.all([all.close(), some.close()]);
    await mongo.logs.deleteMany({ service: 'tail' });
  });

  it('refuses what it does not know', async () => {
    for (const [query, status] of [
      ['from=1', 400],
      ['level=loud', 400],
    ] as const)
      expect(
        (await app.inject({ url: `/logs/tail?${query}`, headers: { accept: 'text/event-stream' } }))
          .statusCode,
      ).toBe(status);
    expect(
      (await app.inject({ url: '/logs/tail', headers: { accept: 'text/csv' } })).statusCode,
    ).toBe(406);
  });
});
