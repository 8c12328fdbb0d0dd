import { randomUUID } from 'node:crypto';
import { connect, createServer, type AddressInfo } from 'node:net';
import { createKafka } from '@iot/kafka';
import { kafkaTee, type LogTee } from '@iot/logs';
import { Mongo, type LogDocument } from '@iot/mongo';
import { createLogger, createService, type Logger } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { logConfig } from './config.js';
import { LogBound } from './output/log-bound.js';
import { service } from './service.js';

const TIMEOUT_MS = 30_000;
const name = `log-${randomUUID().slice(0, 8)}`;
const silent = createLogger('test', 'silent');
const config = logConfig({
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: name,
  LOGS_TOPIC: `${name}.logs`,
  DLQ_TOPIC: `${name}.dlq`,
  CONSUMER_GROUP: name,
});
const teeConfig = { ...config, LOGS_LINES_PER_SECOND: 200 };
const kafka = createKafka(config, 'test', silent);
const producer = kafka.producer({ allowAutoTopicCreation: false });
const mongo = new Mongo(config, 'test');
let app: NestFastifyApplication;
let tee: LogTee;
let log: Logger;

beforeAll(async () => {
  app = await createService(service, config, silent);
  await app.startAllMicroservices();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await eventually(async () => expect((await app.inject('/health/ready')).statusCode).toBe(200));
  await producer.connect();
  tee = kafkaTee('probe', '1.2.3', teeConfig, () => silent);
  log = createLogger('probe', 'info', tee.write);
}, TIMEOUT_MS);
afterAll(async () => {
  await tee.close(1000);
  await Promise.all([producer.disconnect(), app.close()]);
  await mongo.db.dropDatabase();
  await mongo.close();
}, TIMEOUT_MS);

async function eventually<T>(probe: () => Promise<T>): Promise<T> {
  for (const end = Date.now() + TIMEOUT_MS / 2; ;)
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
const storedOf = (filter: Partial<LogDocument>, count: number): Promise<LogDocument[]> =>
  eventually(async () => {
    const found = await mongo.logs.find(filter).sort({ timestamp: 1, _id: 1 }).toArray();
    expect(found).toHaveLength(count);
    return found;
  });

it(
  'stores what a service logs, without secrets and without the lines of its Kafka client',
  async () => {
    const secret = `iotk_kAAAAAAAAAAA_${'b'.repeat(49)}`;
    log.info({ device_id: 'd1', event_id: 'e1', topic: 't', partition: 3 }, 'a line about d1');
    log.child({ component: 'kafkajs' }).warn('of the client');
    log.error(
      { err: new Error(`no ${secret}`), trace_id: '4bf92f3577b34da6a3ce929d0e0e4736' },
      secret,
    );
    const [first, second] = await storedOf({ service: 'probe' }, 2);
    expect(first).toMatchObject({
      level: 'info',
      severe: false,
      severity_number: 9,
      body: 'a line about d1',
      device_id: 'd1',
      event_id: 'e1',
    });
    expect(JSON.parse(first!.attributes)).toMatchObject({ topic: 't', partition: 3 });
    expect(first!.instance).toMatch(/.+:\d+$/);
    expect(second).toMatchObject({
      level: 'error',
      severe: true,
      body: 'iotk_kAAAAAAAAAAA_…',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    expect(JSON.stringify(second)).not.toContain('bbbb');
    expect(JSON.parse(second!.attributes)).toMatchObject({ 'exception.type': 'Error' });
  },
  TIMEOUT_MS,
);

it(
  'stores a line once that comes twice, and takes whatever else comes',
  async () => {
    const line = JSON.stringify({
      id: 'x-1',
      body: 'twice',
      resource: { 'service.name': 'twice' },
    });
    const otlp = JSON.stringify({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'otel' } }] },
          scopeLogs: [
            {
              logRecords: [1, 2].map((n) => ({
                timeUnixNano: `176986080000000000${n}`,
                severityNumber: 17,
                body: { stringValue: `otlp ${n}` },
                attributes: [{ key: 'device_id', value: { stringValue: 'd9' } }],
              })),
            },
          ],
        },
      ],
    });
    const odd = ['plain text', '', '[]', '{"$where":{"a.b":1},"level":7}', 'null'];
    await producer.send({
      topic: config.LOGS_TOPIC,
      messages: [line, line, otlp, ...odd].map((value) => ({ value })),
    });
    expect(await storedOf({ service: 'unknown' }, odd.length)).toHaveLength(odd.length);
    expect(await storedOf({ service: 'twice' }, 1)).toMatchObject([{ _id: 'x-1/0' }]);
    expect(await storedOf({ service: 'otel' }, 2)).toMatchObject([
      { body: 'otlp 1', level: 'error', device_id: 'd9', timestamp: new Date(1769860800000) },
      { body: 'otlp 2' },
    ]);
    const { body } = await app.inject('/metrics');
    expect(body).toMatch(/log_lines_read_total\{form="otlp".*\} 2/);
  },
  TIMEOUT_MS,
);

it(
  'a process goes on while Kafka is away, counts what it loses, and sends the rest afterwards',
  async () => {
    const port = await freePort();
    const late = kafkaTee(
      'late',
      '1',
      {
        ...teeConfig,
        LOGS_LINES_PER_SECOND: 100_000,
        KAFKA_BOOTSTRAP_SERVERS: [`127.0.0.1:${port}`],
      },
      () => silent,
    );
    const line = (n: number): string =>
      `${JSON.stringify({ level: 'info', time: new Date().toISOString(), n, msg: 'x'.repeat(500) })}\n`;
    const began = performance.now();
    for (let n = 0; n < 5000; n++) late.write(line(n));
    expect(performance.now() - began).toBeLessThan(1000);
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(late.sent).toBe(0);
    expect(late.waitingBytes).toBeLessThanOrEqual(2 * 2 ** 20);
    const lost = late.dropped.full;
    expect(lost).toBeGreaterThan(2000);

    const [host, kafkaPort] = process.env['TEST_KAFKA']!.split(':');
    const door = createServer((socket) => {
      const there = connect(Number(kafkaPort), host);
      socket.pipe(there).pipe(socket);
      for (const end of [socket, there]) end.on('error', () => socket.destroy());
    }).listen(port, '127.0.0.1');
    try {
      await eventually(async () => expect(late.waitingBytes).toBe(0));
      expect([late.sent, late.dropped.full]).toEqual([5000 - lost, lost]);
      const stored = await storedOf({ service: 'late' }, 5000 - lost);
      expect(JSON.parse(stored.at(-1)!.attributes)).toEqual({ n: 4999 });
    } finally {
      await late.close(1000);
      door.close();
    }
  },
  TIMEOUT_MS,
);

it(
  'keeps the newest lines where there are more bytes than there may be',
  async () => {
    await mongo.logs.deleteMany({});
    const line = (n: number): LogDocument => ({
      _id: `l-${String(n).padStart(6, '0')}`,
      timestamp: new Date(1_700_000_000_000 + n),
      stored_at: new Date(),
      service: 'bulk',
      level: 'info',
      severity_number: 9,
      severe: false,
      body: 'x'.repeat(900),
      attributes: '{}',
    });
    await mongo.logs.insertMany(Array.from({ length: 3000 }, (_, n) => line(n)));
    let removed = 0;
    let bytes = 0;
    const bound = new LogBound(
      mongo,
      1_000_000,
      (now) => (bytes = now),
      (lines) => (removed += lines),
    );
    await bound.keep();
    expect(bytes).toBeLessThanOrEqual(1_000_000);
    const left = await mongo.logs.find().sort({ timestamp: -1 }).toArray();
    expect(left.length + removed).toBe(3000);
    expect(left.length).toBeGreaterThan(500);
    expect(left[0]!._id).toBe('l-002999');
    expect(left.at(-1)!._id).toBe(`l-${String(removed).padStart(6, '0')}`);
  },
  TIMEOUT_MS,
);
