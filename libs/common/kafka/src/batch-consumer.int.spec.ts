import { jest } from '@jest/globals';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Kafka, KafkaMessage, Producer } from 'kafkajs';
import { pino } from 'pino';
import { kafkaEnv, loadConfig } from '@iot/config';
import { consumerMetrics, createRegistry } from '@iot/metrics';
import { TELEMETRY_BATCHES, type BatchHandler, type RecordBatch } from './batch.js';
import { BatchConsumer } from './batch-consumer.js';
import { createKafka } from './client.js';
import { BackendUnavailable } from '@iot/resilience';
import { headerListOf } from './fetched-message.js';
import { headersOf, headerText } from './headers.js';
import { DLQ_HEADER, SET_ASIDE_HEADER, type ConsumedRecord } from './record.js';
import { ensureTopics, platformTopics, retryTopic } from './topics.js';

const log = pino({ level: process.env['TEST_LOG'] ?? 'silent' });
const BASE_DELAY_MS = 300;
/**
 * When the records of the tests arrived. Of late: what is older than a topic's retention a broker
 * removes, and looks for it 30 s after its start.
 */
const ARRIVED = Date.now() - 60_000;

/** One consumer group on topics of its own, with a handler that the test changes at will. */
class Bench {
  readonly id = randomUUID().slice(0, 8);
  readonly env = loadConfig(kafkaEnv, {
    KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
    TELEMETRY_TOPIC: `raw-${this.id}`,
    DLQ_TOPIC: `dlq-${this.id}`,
    TELEMETRY_PARTITIONS: '2',
  });
  readonly group = `group-${this.id}`;
  readonly kafka: Kafka = createKafka(this.env, `test-${this.id}`, log);
  readonly admin: Admin = this.kafka.admin();
  readonly producer: Producer = this.kafka.producer();
  readonly registry = createRegistry('test');
  readonly metrics = consumerMetrics(this.registry);
  readonly handled: { record: ConsumedRecord; at: number }[] = [];
  handle: (batch: RecordBatch) => Promise<unknown> = async () => ({ failures: [] });
  consumer = this.newConsumer();

  newConsumer(maxRetries = 2): BatchConsumer {
    const consumer = new BatchConsumer({
      kafka: this.kafka,
      env: this.env,
      group: this.group,
      maxRetries,
      retryBaseDelayMs: BASE_DELAY_MS,
      sessionTimeoutMs: 6000,
      fetchMaxBytes: 1 << 20,
      partitionFetchMaxBytes: 1 << 18,
      // A test ends no sooner than the last fetch.
      maxWaitMs: 200,
      concurrency: 2,
      metrics: this.metrics,
      log,
    } as ConstructorParameters<typeof BatchConsumer>[0]);
    const handler: BatchHandler = async (batch) => {
      const outcome = (await this.handle(batch)) as Awaited<ReturnType<BatchHandler>>;
      const failed = new Set(outcome.failures.map(({ record }) => record));
      for (const record of batch.records)
        if (!failed.has(record)) this.handled.push({ record, at: Date.now() });
      return outcome;
    };
    consumer.addHandler(TELEMETRY_BATCHES, handler as never, true);
    consumer.onHandled((...position) => consumer.commit(...position));
    return consumer;
  }

  async open(): Promise<void> {
    await this.admin.connect();
    await this.producer.connect();
  }

  start(): Promise<void> {
    this.consumer.listen(() => undefined);
    return this.until('joined', async () => {
      try {
        this.consumer.check();
        return true;
      } catch {
        return false;
      }
    });
  }

  async close(): Promise<void> {
    await this.consumer.close();
    await this.producer.disconnect();
    await this.admin.disconnect();
  }

  async until(what: string, ask: () => Promise<boolean> | boolean, ms = 30_000): Promise<void> {
    for (const end = Date.now() + ms; Date.now() < end; await delay(50)) if (await ask()) return;
    throw new Error(`${what}: not within ${ms} ms`);
  }

  send(value: string, partition = 0, headers: object = {}): Promise<unknown> {
    return this.producer.send({
      topic: this.env.TELEMETRY_TOPIC,
      messages: [
        { key: 'k', value, partition, headers: headers as never, timestamp: String(ARRIVED) },
      ],
    });
  }

  values(): string[] {
    return this.handled.map(({ record }) => String(record.value));
  }

  async committed(topic: string): Promise<Record<number, string>> {
    const [offsets] = await this.admin.fetchOffsets({ groupId: this.group, topics: [topic] });
    return Object.fromEntries(
      offsets!.partitions.map(({ partition, offset }) => [partition, offset]),
    );
  }

  async lagOfPartition0(): Promise<number | undefined> {
    const { values } = await this.metrics.lagRecords.get();
    return values.find(
      ({ labels }) => labels['topic'] === this.env.TELEMETRY_TOPIC && labels['partition'] === '0',
    )?.value;
  }

  async read(topic: string, count: number): Promise<KafkaMessage[]> {
    const messages: KafkaMessage[] = [];
    const consumer = this.kafka.consumer({
      groupId: `reader-${randomUUID()}`,
      maxWaitTimeInMs: 200,
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => void messages.push(message) });
    await this.until(`${count} records on ${topic}`, () => messages.length >= count);
    await consumer.disconnect();
    return messages;
  }
}

const failing =
  (value: string, permanent: boolean) =>
  async ({ records }: RecordBatch) => ({
    failures: records
      .filter((record) => String(record.value) === value)
      .map((record) => ({
        record,
        stage: 'test',
        reason: 'asked_to',
        message: 'because',
        permanent,
      })),
  });

let bench: Bench;
beforeEach(async () => {
  bench = new Bench();
  await bench.open();
});
afterEach(() => bench.close());

it('sends a permanent failure to the dead letters at once, byte for byte, and goes on', async () => {
  bench.handle = failing('bad', true);
  await bench.start();
  await bench.send('bad', 1, { traceparent: '00-1-2-01' });
  await bench.send('good', 1);
  const [letter] = await bench.read(bench.env.DLQ_TOPIC, 1);
  expect({
    key: String(letter!.key),
    value: String(letter!.value),
    timestamp: letter!.timestamp,
  }).toEqual({
    key: 'k',
    value: 'bad',
    timestamp: String(ARRIVED),
  });
  const header = (name: string) => headerText(letter!.headers, name);
  expect(header('traceparent')).toBe('00-1-2-01');
  expect([
    header(DLQ_HEADER.topic),
    header(DLQ_HEADER.partition),
    header(DLQ_HEADER.offset),
    header(DLQ_HEADER.group),
  ]).toEqual([bench.env.TELEMETRY_TOPIC, '1', '0', bench.group]);
  await bench.until('the good one is handled', () => bench.values().includes('good'));
  await bench.until(
    'both are committed',
    async () => (await bench.committed(bench.env.TELEMETRY_TOPIC))[1] === '2',
  );
});

it('takes a passing failure around the retry topics, never before it is due, while others go on; then to the dead letters', async () => {
  const tried: { at: number; topic: string; offset: string }[] = [];
  bench.handle = async (batch) => {
    for (const { value, at, topic, offset } of batch.records)
      if (String(value) === 'bad')
        tried.push({ at: Date.now(), topic: at.topic, offset: `${topic}/${offset}` });
    return failing('bad', false)(batch);
  };
  await bench.start();
  await bench.send('bad');
  await bench.send('good');
  await bench.until('others go on', () => bench.values().includes('good'), 5000);
  const [letter] = await bench.read(bench.env.DLQ_TOPIC, 1);
  expect(tried.map(({ topic }) => topic)).toEqual([
    bench.env.TELEMETRY_TOPIC,
    retryTopic(bench.env.TELEMETRY_TOPIC, bench.group, 1),
    retryTopic(bench.env.TELEMETRY_TOPIC, bench.group, 2),
  ]);
  expect(tried[1]!.at - tried[0]!.at).toBeGreaterThanOrEqual(BASE_DELAY_MS);
  expect(tried[2]!.at - tried[1]!.at).toBeGreaterThanOrEqual(5 * BASE_DELAY_MS);
  // On every hop the record is the one that was produced first.
  expect(new Set(tried.map(({ offset }) => offset))).toEqual(
    new Set([`${bench.env.TELEMETRY_TOPIC}/0`]),
  );
  expect(headerText(letter!.headers, DLQ_HEADER.deliveryCount)).toBe('3');
});

it('a passing failure that passes is handled once and is no dead letter', async () => {
  let failures = 0;
  bench.handle = async (batch) =>
    failures++ < 1 ? failing('shy', false)(batch) : { failures: [] };
  await bench.start();
  await bench.send('shy');
  await bench.until('it is handled', () => bench.values().includes('shy'));
  await delay(500);
  expect(bench.values()).toEqual(['shy']);
  const { partitions } = (await bench.admin.fetchTopicMetadata({ topics: [bench.env.DLQ_TOPIC] }))
    .topics[0]!;
  expect(partitions.length).toBeGreaterThan(0);
  expect(
    (await bench.admin.fetchTopicOffsets(bench.env.DLQ_TOPIC)).every(({ high }) => high === '0'),
  ).toBe(true);
});

it('handles what waits on retry topics that a lower MAX_RETRIES does not use', async () => {
  const [first, second] = [1, 2].map((n) => retryTopic(bench.env.TELEMETRY_TOPIC, bench.group, n));
  bench.handle = async (batch) => {
    // It stays on the last retry topic for as long as this worker takes to close.
    if (batch.topic === second) throw new BackendUnavailable('MongoDB', new Error('is away'));
    return failing('late', false)(batch);
  };
  await bench.start();
  await bench.send('late');
  const arrivedOn = async (topic: string): Promise<boolean> =>
    (await bench.admin.fetchTopicOffsets(topic)).some(({ high }) => high !== '0');
  await bench.until('it waits on the last retry topic', () => arrivedOn(second!));
  await bench.consumer.close();
  bench.handle = async () => ({ failures: [] });
  bench.consumer = bench.newConsumer(0);
  await bench.start();
  await bench.until('it is handled', () => bench.values().includes('late'), 15_000);
  // A failure goes to the dead letters at once all the same.
  const before = await bench.admin.fetchTopicOffsets(first!);
  bench.handle = failing('bad', false);
  await bench.send('bad');
  expect(await bench.read(bench.env.DLQ_TOPIC, 1)).toHaveLength(1);
  expect(await bench.admin.fetchTopicOffsets(first!)).toEqual(before);
});

it('waits while the store is unwell: nothing is set aside, readiness says so, and everything is handled afterwards', async () => {
  let unwell = true;
  bench.handle = async () => {
    if (unwell) throw new BackendUnavailable('MongoDB', new Error('is away'));
    return { failures: [] };
  };
  await bench.start();
  for (let i = 0; i < 20; i++) await bench.send(`v${i}`, i % 2);
  await bench.until('readiness is off', () => {
    try {
      bench.consumer.check();
      return false;
    } catch (error) {
      return String(error).includes('is away');
    }
  });
  await delay(2500);
  expect(bench.handled).toEqual([]);
  unwell = false;
  await bench.until('all are handled', () => new Set(bench.values()).size === 20);
  expect(
    (await bench.admin.fetchTopicOffsets(bench.env.DLQ_TOPIC)).every(({ high }) => high === '0'),
  ).toBe(true);
});

it('finds the record that a batch fails on for no known reason', async () => {
  bench.handle = async ({ records }) => {
    if (records.some(({ value }) => String(value) === 'v5')) throw new RangeError('no idea');
    return { failures: [] };
  };
  await ensureTopics(bench.admin, platformTopics(bench.env));
  await bench.producer.send({
    topic: bench.env.TELEMETRY_TOPIC,
    messages: Array.from({ length: 12 }, (_, i) => ({ key: 'k', value: `v${i}`, partition: 0 })),
  });
  await bench.start();
  const [letter] = await bench.read(bench.env.DLQ_TOPIC, 1);
  expect(String(letter!.value)).toBe('v5');
  expect([
    headerText(letter!.headers, DLQ_HEADER.exception),
    headerText(letter!.headers, DLQ_HEADER.message),
  ]).toEqual(['RangeError', 'no idea']);
  expect(bench.values()).toEqual(
    Array.from({ length: 12 }, (_, i) => `v${i}`).filter((value) => value !== 'v5'),
  );
});

it('holds the offset while the dead letters are not taken', async () => {
  const tooSmall = platformTopics(bench.env).map((topic) =>
    topic.topic === bench.env.DLQ_TOPIC
      ? { ...topic, configEntries: [{ name: 'max.message.bytes', value: '200' }] }
      : topic,
  );
  await ensureTopics(bench.admin, tooSmall);
  bench.handle = failing('bad', true);
  await bench.start();
  await bench.send('bad');
  await delay(2000);
  expect(Number((await bench.committed(bench.env.TELEMETRY_TOPIC))[0])).toBeLessThan(1);
  const TOPIC = 2;
  await bench.admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: TOPIC,
        name: bench.env.DLQ_TOPIC,
        configEntries: [{ name: 'max.message.bytes', value: '100000' }],
      },
    ],
  });
  expect((await bench.read(bench.env.DLQ_TOPIC, 1)).length).toBe(1);
  await bench.until(
    'the offset is committed',
    async () => (await bench.committed(bench.env.TELEMETRY_TOPIC))[0] === '1',
  );
});

it('takes a bad record whatever its headers are, and lets none of the others wait', async () => {
  bench.handle = failing('bad', true);
  await bench.start();
  const headers = [
    ['constructor', 'a'],
    ['toString', null],
    ['__proto__', 'b'],
    ['twice', null],
    ['twice', 'c'],
  ];
  await bench.send('bad', 0, headers);
  await bench.send('good', 0);
  await bench.until('the good one is handled', () => bench.values().includes('good'), 10_000);
  await bench.until(
    'both are committed',
    async () => (await bench.committed(bench.env.TELEMETRY_TOPIC))[0] === '2',
  );
  const [letter] = await bench.read(bench.env.DLQ_TOPIC, 1);
  const list = headersOf(headerListOf(letter!)).map(([name, value]) => [
    name,
    value === null ? null : String(value),
  ]);
  expect(list.slice(0, headers.length)).toEqual(headers);
});

it('takes a bad record that inflates beyond what the dead-letter topic takes, and one beyond what a fetch may', async () => {
  bench.handle = async ({ records }) => ({
    failures: records.map((record) => ({
      record,
      stage: 'test',
      reason: 'asked_to',
      message: 'because',
      permanent: true,
    })),
  });
  await bench.start();
  const noise = randomBytes(1_500_000).toString('base64');
  const send = (value: string): Promise<unknown> =>
    bench.producer.send({
      topic: bench.env.TELEMETRY_TOPIC,
      compression: 1,
      messages: [{ key: 'k', value, partition: 0 }],
    });
  await send(' '.repeat(3_000_000));
  await send(' '.repeat(40_000_000));
  await bench.admin.alterConfigs({
    validateOnly: false,
    resources: [
      {
        type: 2,
        name: bench.env.TELEMETRY_TOPIC,
        configEntries: [{ name: 'max.message.bytes', value: '9000000' }],
      },
    ],
  });
  await send(noise + noise);
  await bench.until(
    'all are committed',
    async () => (await bench.committed(bench.env.TELEMETRY_TOPIC))[0] === '3',
  );
  const letters = new Map(
    (await bench.read(bench.env.DLQ_TOPIC, 3)).map((letter) => [
      headerText(letter.headers, DLQ_HEADER.offset),
      letter,
    ]),
  );
  expect(letters.get('0')!.value!.length).toBe(3_000_000);
  expect(headerText(letters.get('1')!.headers, DLQ_HEADER.exception)).toBe('oversized_batch');
  expect(headerText(letters.get('2')!.headers, SET_ASIDE_HEADER.valueCut)).toBe('4000000');
});

it('is ready again once the record that a partition waits with is gone, without another one', async () => {
  bench.handle = async () => {
    throw new BackendUnavailable('MongoDB', new Error('is away'));
  };
  await bench.start();
  await bench.send('v0');
  const isReady = (): boolean => {
    try {
      bench.consumer.check();
      return true;
    } catch {
      return false;
    }
  };
  await bench.until('it waits', () => !isReady());
  // kafkajs deletes records only of topics that it was asked about before.
  await bench.admin.fetchTopicOffsets(bench.env.TELEMETRY_TOPIC);
  await bench.admin.deleteTopicRecords({
    topic: bench.env.TELEMETRY_TOPIC,
    partitions: [{ partition: 0, offset: '1' }],
  });
  await bench.until('it is ready', isReady, 20_000);
  await delay(3000);
  expect(isReady()).toBe(true);
});

it('commits beyond what a transaction took back, though nothing else comes', async () => {
  await bench.start();
  const producer = bench.kafka.producer({
    transactionalId: randomUUID(),
    maxInFlightRequests: 1,
    idempotent: true,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({
    topic: bench.env.TELEMETRY_TOPIC,
    messages: [{ key: 'k', value: 'gone', partition: 0 }],
  });
  await transaction.abort();
  await producer.disconnect();
  await bench.until(
    'it is committed',
    async () => (await bench.committed(bench.env.TELEMETRY_TOPIC))[0] === '2',
    15_000,
  );
  expect(bench.values()).toEqual([]);
});

it('keeps the time of arrival over topics that give records a time of their own', async () => {
  const ownTime = platformTopics(bench.env, { name: bench.group, maxRetries: 2 }).map((topic) =>
    topic.topic === bench.env.TELEMETRY_TOPIC
      ? topic
      : { ...topic, configEntries: [{ name: 'message.timestamp.type', value: 'LogAppendTime' }] },
  );
  await ensureTopics(bench.admin, ownTime);
  const times: number[] = [];
  bench.handle = async (batch) => {
    times.push(...batch.records.map(({ receivedAt }) => receivedAt));
    return failing('bad', false)(batch);
  };
  await bench.start();
  await bench.send('bad');
  const [letter] = await bench.read(bench.env.DLQ_TOPIC, 1);
  expect(times).toEqual(Array(3).fill(ARRIVED));
  expect(headerText(letter!.headers, SET_ASIDE_HEADER.arrived)).toBe(String(ARRIVED));
});

it('goes on with what the log still has when its offset is gone', async () => {
  await bench.start();
  await bench.send('v0');
  await bench.until('v0', () => bench.values().includes('v0'));
  await bench.until(
    'committed',
    async () => (await bench.committed(bench.env.TELEMETRY_TOPIC))[0] === '1',
  );
  await bench.consumer.close();
  for (let i = 1; i <= 4; i++) await bench.send(`v${i}`);
  await bench.admin.deleteTopicRecords({
    topic: bench.env.TELEMETRY_TOPIC,
    partitions: [{ partition: 0, offset: '3' }],
  });
  bench.consumer = bench.newConsumer();
  await bench.start();
  await bench.until('v4', () => bench.values().includes('v4'));
  expect(bench.values()).toEqual(['v0', 'v3', 'v4']);
});

it('takes over partitions that are added while it runs', async () => {
  await bench.start();
  await bench.admin.createPartitions({
    topicPartitions: [{ topic: bench.env.TELEMETRY_TOPIC, count: 3 }],
  });
  await bench.until('the partition takes records', async () => {
    // kafkajs drops, without a word, what is sent to a partition that it does not know yet.
    const producer = bench.kafka.producer();
    await producer.connect();
    await producer.send({
      topic: bench.env.TELEMETRY_TOPIC,
      messages: [{ key: 'k', value: 'new', partition: 2 }],
    });
    await producer.disconnect();
    return (await bench.admin.fetchTopicOffsets(bench.env.TELEMETRY_TOPIC)).some(
      ({ partition, high }) => partition === 2 && high !== '0',
    );
  });
  await bench.until('the new partition is consumed', () => bench.values().includes('new'));
}, 90_000);

it('handles nothing while another service is in its group, says so, and goes on when that has left', async () => {
  await bench.start();
  const other = createKafka(bench.env, 'another-service', log).consumer({
    groupId: bench.group,
    maxWaitTimeInMs: 200,
  });
  await other.connect();
  await other.subscribe({ topics: [bench.env.TELEMETRY_TOPIC] });
  let taken = 0;
  await other.run({
    autoCommit: false,
    eachBatch: async ({ batch }) => void (taken += batch.messages.length),
  });
  const saysSo = (): boolean => {
    try {
      bench.consumer.check();
      return false;
    } catch (error) {
      return /members of another service, another-service,.* CONSUMER_GROUP/.test(
        (error as Error).message,
      );
    }
  };
  await bench.until('readiness off', saysSo);
  await bench.send('one', 0);
  await bench.send('two', 1);
  await bench.until('the other takes its part', () => taken > 0);
  await delay(1000);
  expect(bench.values()).toEqual([]);
  await other.disconnect();
  await bench.until('all handled', () => bench.handled.length === 2);
  expect(saysSo()).toBe(false);
});

it('creates its topics again when they are deleted, and goes on', async () => {
  await bench.start();
  await bench.send('before');
  await bench.until('before', () => bench.values().includes('before'));
  await bench.admin.deleteTopics({
    topics: [bench.env.TELEMETRY_TOPIC, retryTopic(bench.env.TELEMETRY_TOPIC, bench.group, 1)],
  });
  await bench.until(
    'the topics are there again and take records',
    async () => {
      const producer = bench.kafka.producer();
      await producer.connect();
      try {
        await producer.send({
          topic: bench.env.TELEMETRY_TOPIC,
          messages: [{ key: 'k', value: 'after', partition: 0 }],
        });
        return true;
      } catch {
        return false;
      } finally {
        await producer.disconnect();
      }
    },
    60_000,
  );
  await bench.until(
    'what comes afterwards is handled',
    () => bench.values().includes('after'),
    60_000,
  );
}, 150_000);

it('knows its lag from what it fetches, and asks the broker for it only when a batch takes long', async () => {
  const admin = bench.kafka.admin();
  const asked = jest.spyOn(admin, 'fetchTopicOffsets');
  jest.spyOn(bench.kafka, 'admin').mockReturnValueOnce(admin);
  bench.consumer = bench.newConsumer();
  await bench.start();
  const PARTITIONS = 2 + 2 * 3;
  await bench.until(
    'the lag is known on assignment',
    async () => (await bench.metrics.lagRecords.get()).values.length === PARTITIONS,
  );
  const ONE_REFRESH_MS = 10_000;
  // Topics that were just made may have the group join once more, and then the broker is asked.
  const notAsked = async (): Promise<boolean> => {
    asked.mockClear();
    await delay(ONE_REFRESH_MS + 1000);
    return asked.mock.calls.length === 0;
  };
  await bench.until('a refresh goes by without a question', notAsked, 2 * ONE_REFRESH_MS);
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  let holds = false;
  bench.handle = async () => {
    holds = true;
    await held;
    return { failures: [] };
  };
  await bench.send('v0');
  await bench.until('the batch is at hand', () => holds);
  await bench.send('v1');
  await bench.until(
    'the lag is that of a consumer that does not fetch',
    async () => (await bench.lagOfPartition0()) === 2,
  );
  expect(asked).toHaveBeenCalledWith(bench.env.TELEMETRY_TOPIC);
  release();
  await bench.until(
    'all is handled',
    async () => (await bench.lagOfPartition0()) === 0 && bench.handled.length === 2,
  );
}, 90_000);
