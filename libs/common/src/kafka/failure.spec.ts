import fc from 'fast-check';
import { pino } from 'pino';
import type { Producer, ProducerBatch } from 'kafkajs';
import { consumerMetrics, createRegistry } from '../metrics/index.js';
import { jitteredBackoff } from './backoff.js';
import { cutBytes, deadLetterHeaders, retryDelayMs, StoreUnwell, type RecordFailure } from './failure.js';
import { dueAt, FailureRouter, RETRY_DUE_HEADER } from './failure-router.js';
import { consumedRecord, DLQ_HEADER, headerText, type ConsumedRecord } from './record.js';

const bytes = (text: string): Buffer => Buffer.from(text);
const message = (over: object = {}) =>
  ({ key: bytes('k'), value: bytes('v'), timestamp: '1000', attributes: 0, offset: '7', headers: {}, ...over }) as never;
const record = (over: Partial<ConsumedRecord> = {}): ConsumedRecord => ({
  ...consumedRecord('telemetry.raw', 3, message(), false),
  ...over,
});
const failure = (over: Partial<RecordFailure> = {}): RecordFailure => ({
  record: record(),
  stage: 'store',
  reason: 'why',
  message: 'because',
  permanent: false,
  ...over,
});

describe('headers of a record that is set aside', () => {
  it('say where it failed, and keep its own', () => {
    const headers = deadLetterHeaders(failure({ record: record({ headers: { traceparent: bytes('00-a-b-01') } }) }), 'group', 5000);
    expect(headers).toEqual({
      traceparent: bytes('00-a-b-01'),
      [DLQ_HEADER.topic]: 'telemetry.raw',
      [DLQ_HEADER.partition]: '3',
      [DLQ_HEADER.offset]: '7',
      [DLQ_HEADER.group]: 'group',
      [DLQ_HEADER.deliveryCount]: '1',
      [DLQ_HEADER.message]: 'because',
      [DLQ_HEADER.exception]: 'why',
      [DLQ_HEADER.stage]: 'store',
      [DLQ_HEADER.timestamp]: '5000',
    });
  });

  it('are replaced on each hop, the first failure’s time kept, and the record found again at its own place', () => {
    const first = deadLetterHeaders(failure(), 'group', 5000);
    const onRetry = consumedRecord('telemetry.raw.group.retry.1', 0, message({ offset: '99', headers: first }), true);
    expect(onRetry).toMatchObject({
      topic: 'telemetry.raw',
      partition: 3,
      offset: '7',
      deliveries: 1,
      at: { topic: 'telemetry.raw.group.retry.1', partition: 0, offset: '99' },
    });
    const second = deadLetterHeaders(failure({ record: onRetry, message: 'again' }), 'group', 9000);
    expect(Object.keys(second).length).toBe(Object.keys(first).length);
    expect(second).toMatchObject({
      [DLQ_HEADER.deliveryCount]: '2',
      [DLQ_HEADER.message]: 'again',
      [DLQ_HEADER.timestamp]: '5000',
      [DLQ_HEADER.offset]: '7',
    });
  });

  it('missing or foreign: a record on a retry topic counts as its own', () => {
    for (const headers of [
      {},
      { [DLQ_HEADER.topic]: 'x' },
      { [DLQ_HEADER.topic]: 'x', [DLQ_HEADER.partition]: 'one', [DLQ_HEADER.offset]: '-4' },
    ])
      expect(consumedRecord('retry', 2, message({ headers }), true)).toMatchObject({
        topic: 'retry',
        partition: 2,
        offset: '7',
        deliveries: 0,
      });
  });

  it('without a value become empty ones, and a repeated header keeps all its values', () => {
    const headers = deadLetterHeaders(
      failure({ record: record({ headers: { empty: null as never, twice: [bytes('a'), bytes('b')] } }) }),
      'g',
      1,
    );
    expect(headers['empty']).toEqual(Buffer.alloc(0));
    expect(headers['twice']).toEqual([bytes('a'), bytes('b')]);
    expect(headerText(headers, 'twice')).toBe('b');
  });
});

it('cuts error text at a character’s edge', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.integer({ min: 8, max: 200 }), (text, limit) => {
      const cut = cutBytes(text, limit);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(Math.max(limit, 0));
      expect(cut.includes('\uFFFD')).toBe(text.includes('\uFFFD') && cut.includes('\uFFFD'));
      if (Buffer.byteLength(text) <= limit) expect(cut).toBe(text);
    }),
  );
});

describe('delays', () => {
  it('of retry topics grow by the factor', () => expect([1, 2, 3].map((n) => retryDelayMs(n, 1000))).toEqual([1000, 5000, 25_000]));

  it('of backoff grow to the maximum, with jitter between half and the whole', () => {
    const range = { firstMs: 100, maxMs: 2000 };
    fc.assert(
      fc.property(fc.nat({ max: 100 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const wait = jitteredBackoff(attempt, range, random);
        expect(wait).toBeGreaterThanOrEqual(50);
        expect(wait).toBeLessThanOrEqual(2000);
      }),
    );
    expect(jitteredBackoff(3, range, 0.5)).toBe(600);
  });

  it('of a record: until its header says so, but never longer than its topic’s own', () => {
    const at = (due: string | undefined) =>
      dueAt(record({ headers: due === undefined ? {} : { [RETRY_DUE_HEADER]: bytes(due) } }), 1000, 50_000);
    expect(at('50500')).toBe(50_500);
    expect(at('40000')).toBe(40_000);
    expect(at('999999999')).toBe(51_000);
    expect(at(undefined)).toBeLessThanOrEqual(50_000);
    expect(at('soon')).toBeLessThanOrEqual(50_000);
  });
});

describe('the failure router', () => {
  const sent: ProducerBatch[] = [];
  let broken = false;
  const producer = {
    sendBatch: async (batch: ProducerBatch) => {
      if (broken) throw new Error('no broker');
      sent.push(batch);
    },
  } as unknown as Producer;
  const options = { group: 'g', telemetryTopic: 'telemetry.raw', dlqTopic: 'telemetry.dlq', maxRetries: 2, retryBaseDelayMs: 10 };
  const metrics = consumerMetrics(createRegistry('test'));
  const router = new FailureRouter(producer, options, metrics, pino({ level: 'silent' }));
  const topics = (): string[] => sent.flatMap((batch) => batch.topicMessages!.flatMap(({ topic, messages }) => messages.map(() => topic)));
  beforeEach(() => {
    sent.length = 0;
    broken = false;
  });

  it('sends a permanent failure to the dead letters at once, a passing one around the retry topics first', async () => {
    await router.send([failure({ permanent: true })], 1);
    for (const deliveries of [0, 1, 2]) await router.send([failure({ record: record({ deliveries }) })], 1000);
    expect(topics()).toEqual(['telemetry.dlq', 'telemetry.raw.g.retry.1', 'telemetry.raw.g.retry.2', 'telemetry.dlq']);
    const due = sent.map((batch) => headerText(batch.topicMessages![0]!.messages[0]!.headers, RETRY_DUE_HEADER));
    expect(due).toEqual([undefined, '1010', '1050', undefined]);
  });

  it('keeps key, value and timestamp', async () => {
    await router.send([failure({ record: record({ key: null, value: null, timestamp: 77 }), permanent: true })], 1);
    expect(sent[0]!.topicMessages![0]!.messages[0]).toMatchObject({ key: null, value: null, timestamp: '77' });
  });

  it('splits what would be too much for one request, and keeps the order', async () => {
    const failures = Array.from({ length: 1200 }, (_, i) =>
      failure({ record: record({ offset: String(i), value: Buffer.alloc(i === 600 ? 1_000_000 : 300) }), permanent: true }),
    );
    await router.send(failures, 1);
    expect(sent.length).toBeGreaterThan(3);
    const offsets = sent.flatMap((batch) =>
      batch.topicMessages!.flatMap(({ messages }) => messages.map(({ headers }) => Number(headerText(headers, DLQ_HEADER.offset)))),
    );
    expect(offsets).toEqual(failures.map((_, i) => i));
  });

  it('says that the broker is unwell when it does not take them, so that the offset is held', async () => {
    broken = true;
    await expect(router.send([failure()], 1)).rejects.toBeInstanceOf(StoreUnwell);
  });
});
