import { randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { kafkaEnv, loadConfig } from '@iot/config';
import { pino } from 'pino';
import { createKafka, readTopic, topicRanges, type Kafka, type OffsetGap } from './index.js';

const log = pino({ level: 'silent' });
const env = loadConfig(kafkaEnv, { KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] });

describe('readTopic', () => {
  const kafka: Kafka = createKafka(env, 'test', log);
  const admin = kafka.admin();
  const producer = kafka.producer({
    transactionalId: randomUUID(),
    maxInFlightRequests: 1,
    idempotent: true,
  });

  beforeAll(() => Promise.all([admin.connect(), producer.connect()]));
  afterAll(() => Promise.all([admin.disconnect(), producer.disconnect()]));

  async function newTopic(numPartitions: number): Promise<string> {
    const topic = `read-${randomUUID()}`;
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
    return topic;
  }

  async function send(
    topic: string,
    partition: number,
    values: readonly string[],
    end: 'commit' | 'abort' = 'commit',
  ): Promise<void> {
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: values.map((value) => ({ value, partition })) });
    await transaction[end]();
  }

  async function read(
    topic: string,
    options = {},
  ): Promise<{ values: string[]; reached: Map<number, number> }> {
    const values: string[] = [];
    const reached = await readTopic(
      kafka,
      topic,
      ({ partition, messages }) =>
        void values.push(...messages.map(({ value }) => `${partition}:${value!.toString()}`)),
      options,
    );
    return { values: values.sort(), reached };
  }

  it('reads every partition to its end, past empty ones and what transactions took back', async () => {
    const topic = await newTopic(4);
    await send(topic, 0, ['a', 'b']);
    await send(topic, 0, ['gone'], 'abort');
    await send(topic, 2, ['gone', 'gone too'], 'abort');
    await send(topic, 3, ['c']);
    const { values, reached } = await read(topic);
    expect(values).toEqual(['0:a', '0:b', '3:c']);
    expect([...reached].sort()).toEqual(
      (await topicRanges(admin, topic)).map(({ partition, end }) => [partition, end]),
    );
  });

  it('reads between two offsets, and not beyond', async () => {
    const topic = await newTopic(2);
    await producer.send({
      topic,
      messages: ['a', 'b', 'c', 'd'].map((value) => ({ value, partition: 0 })),
    });
    await producer.send({ topic, messages: [{ value: 'e', partition: 1 }] });
    const { values, reached } = await read(topic, {
      from: new Map([[0, 1]]),
      to: new Map([[0, 3]]),
    });
    expect(values).toEqual(['0:b', '0:c']);
    expect(reached).toEqual(new Map([[0, 3]]));
  });

  it('ends at once on an empty topic, and leaves no group behind', async () => {
    const topic = await newTopic(3);
    expect(await read(topic)).toEqual({
      values: [],
      reached: new Map([0, 1, 2].map((partition) => [partition, 0])),
    });
    await producer.send({ topic, messages: [{ value: 'a', partition: 0 }] });
    await read(topic);
    const { groups } = await admin.listGroups();
    expect(groups.filter(({ groupId }) => groupId.includes(topic))).toEqual([]);
  });

  it('goes on where it was told to stop, and misses nothing', async () => {
    const topic = await newTopic(4);
    const values = Array.from({ length: 400 }, (_, i) => `${i % 4}:${i}`);
    for (let i = 0; i < 400; i += 40)
      await producer.send({
        topic,
        messages: values.slice(i, i + 40).map((value, j) => ({ value, partition: (i + j) % 4 })),
      });
    const seen: string[] = [];
    let from = new Map<number, number>();
    for (let page = 0; page < 50 && seen.length < 400; page++)
      from = await readTopic(
        kafka,
        topic,
        ({ messages }) => {
          seen.push(...messages.map(({ value }) => value!.toString()));
          return false;
        },
        { from },
      );
    expect(seen.sort()).toEqual(values.sort());
  });

  it('stops when it is told to, and passes on what its reader throws', async () => {
    const topic = await newTopic(1);
    await send(topic, 0, ['a']);
    await send(topic, 0, ['b']);
    expect((await readTopic(kafka, topic, () => false)).get(0)).toBeGreaterThan(0);
    await expect(
      readTopic(kafka, topic, () => {
        throw new Error('enough');
      }),
    ).rejects.toThrow('enough');
  });

  it('reads by kafkajs’s own decoder where it is asked to, whatever the workers’ makes of the records', async () => {
    const topic = await newTopic(1);
    const plain = kafka.producer();
    await plain.connect();
    await plain.send({ topic, messages: [{ value: 'a' }, { value: 'b' }] });
    await plain.disconnect();
    let shape = Object.prototype;
    await readTopic(
      kafka,
      topic,
      ({ messages: [first] }) => void (shape = Object.getPrototypeOf(first) as object),
    );
    expect(shape).not.toBe(Object.prototype);
    const value = Object.getOwnPropertyDescriptor(shape, 'value')!;
    Object.defineProperty(shape, 'value', { ...value, get: () => Buffer.from('wrong') });
    try {
      expect((await read(topic)).values).toEqual(['0:wrong', '0:wrong']);
      expect((await read(topic, { byTheLibrary: true })).values).toEqual(['0:a', '0:b']);
    } finally {
      Object.defineProperty(shape, 'value', value);
    }
  });

  it('tells of offsets that nothing comes for, and of none that a transaction took', async () => {
    const topic = await newTopic(1);
    await send(topic, 0, ['a']);
    await send(topic, 0, ['gone', 'gone too'], 'abort');
    for (const value of ['b', 'c', 'd', 'e']) await send(topic, 0, [value]);
    const gaps = async (): Promise<OffsetGap[]> => {
      const found: OffsetGap[] = [];
      await read(topic, {
        byTheLibrary: true,
        stallMs: 1000,
        onGap: (gap: OffsetGap) => found.push(gap),
      });
      return found;
    };
    expect(await gaps()).toEqual([]);
    const fetch = createRequire(import.meta.url)(
      'kafkajs/src/protocol/requests/fetch/v11/response',
    ) as {
      decode(
        bytes: Buffer,
      ): Promise<{ responses: { partitions: { messages: { value: Buffer | null }[] }[] }[] }>;
    };
    const { decode } = fetch;
    fetch.decode = async (bytes) => {
      const response = await decode(bytes);
      for (const { partitions } of response.responses)
        for (const partition of partitions)
          partition.messages = partition.messages.filter(
            ({ value }) => !['c', 'd'].includes(String(value)),
          );
      return response;
    };
    try {
      expect(await gaps()).toEqual([
        { partition: 0, from: 7, to: 8 },
        { partition: 0, from: 9, to: 10 },
      ]);
    } finally {
      fetch.decode = decode;
    }
  });

  it('takes an open transaction for the end', async () => {
    const topic = await newTopic(1);
    await send(topic, 0, ['a']);
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ value: 'hidden', partition: 0 }] });
    expect((await read(topic)).values).toEqual(['0:a']);
    await transaction.commit();
    expect((await read(topic)).values).toEqual(['0:a', '0:hidden']);
  });
});
