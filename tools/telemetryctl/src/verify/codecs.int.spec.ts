import { randomUUID } from 'node:crypto';
import { createKafka, type ReadBatch } from '@iot/kafka';
import { createLogger } from '@iot/service';
import { loadSettings } from '../connection/config.js';
import { sourcesOf } from './sources.js';

const settings = loadSettings(
  {},
  { ...process.env, KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] },
);
const kafka = createKafka(settings, 'test', createLogger('test', 'silent'));
const admin = kafka.admin();
const producer = kafka.producer();

beforeAll(() => Promise.all([admin.connect(), producer.connect()]));
afterAll(() => Promise.all([admin.disconnect(), producer.disconnect()]));

it.each(['gzip', 'snappy', 'lz4', 'zstd'])(
  'reads what the broker has compressed by %s',
  async (codec) => {
    const topic = `codec-${codec}-${randomUUID().slice(0, 8)}`;
    const configEntries = [{ name: 'compression.type', value: codec }];
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: 1, configEntries }],
    });
    // Beyond the blocks of 32 and 64 KB that the codecs cut data into; parts repeat, and parts do
    // not.
    const values = Array.from(
      { length: 400 },
      (_, i) => `${i} ${'the same '.repeat(i % 40)}${randomUUID().repeat(i % 7)}`,
    );
    await producer.send({ topic, messages: values.map((value) => ({ value })) });
    const read: (string | undefined)[] = [];
    const sources = sourcesOf({ kafka, admin } as never);
    await sources.read(
      topic,
      ({ messages }: ReadBatch) =>
        void read.push(...messages.map(({ value }) => value?.toString())),
    );
    expect(read).toEqual(values);
    expect(await sources.isCompacted(topic)).toBe(false);
  },
  30_000,
);
