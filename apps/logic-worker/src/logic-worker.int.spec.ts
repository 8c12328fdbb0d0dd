import { randomUUID } from 'node:crypto';
import { createKafka, readTopic } from '@iot/kafka';
import { createLogger, createService } from '@iot/service';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { logicConfig } from './config.js';
import { service } from './service.js';

const TIMEOUT_MS = 60_000;
const name = `logic-${randomUUID().slice(0, 8)}`;
const log = createLogger('test', 'silent');
const config = logicConfig({
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  TELEMETRY_TOPIC: `${name}.raw`,
  DLQ_TOPIC: `${name}.dlq`,
  TELEMETRY_PARTITIONS: '2',
  CONSUMER_GROUP: name,
});

const kafka = createKafka(config, 'test', log);
const producer = kafka.producer({ allowAutoTopicCreation: false });
const admin = kafka.admin();
let app: NestFastifyApplication;

beforeAll(async () => {
  app = await createService(service, config, log);
  await app.startAllMicroservices();
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  await Promise.all([producer.connect(), admin.connect()]);
}, TIMEOUT_MS);
afterAll(() => Promise.all([producer.disconnect(), admin.disconnect(), app.close()]), TIMEOUT_MS);

async function eventually(probe: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + TIMEOUT_MS / 2; ;)
    try {
      return await probe();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
}

it(
  'takes readings, sets aside what is none, and commits',
  async () => {
    await eventually(async () => expect((await app.inject('/health/ready')).statusCode).toBe(200));
    const value = JSON.stringify({ device_id: 'a', ts: Date.now(), humidity: 50 });
    await producer.send({
      topic: config.TELEMETRY_TOPIC,
      acks: -1,
      messages: [
        { key: 'a', value },
        { key: 'a', value: 'not json' },
      ],
    });

    await eventually(async () =>
      expect((await app.inject('/metrics')).body).toMatch(
        /logic_values_total\{sensor_type="humidity".*\} 1/,
      ),
    );
    await eventually(async () => {
      const [topic] = await admin.fetchOffsets({ groupId: name, topics: [config.TELEMETRY_TOPIC] });
      const offsets = topic!.partitions.map(({ offset }) => Math.max(0, Number(offset)));
      expect(offsets.reduce((sum, offset) => sum + offset)).toBe(2);
    });
    const letters: unknown[] = [];
    await readTopic(kafka, config.DLQ_TOPIC, ({ messages }) => {
      for (const message of messages) letters.push(message.value?.toString());
    });
    expect(letters).toEqual(['not json']);
  },
  TIMEOUT_MS,
);
