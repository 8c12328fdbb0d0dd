import fc from 'fast-check';
import { pino } from 'pino';
import kafkajs, { type Producer, type ProducerBatch } from 'kafkajs';
import { consumerMetrics, createRegistry } from '@iot/metrics';
import { BackendUnavailable, jitteredBackoff } from '@iot/resilience';
import {
  cutBytes,
  deadLetterHeaders,
  retryDelayMs,
  unreadableFailure,
  type RecordFailure,
} from './failure.js';
import { dueAt, FailureRouter, RETRY_DUE_HEADER } from './failure-router.js';
import { encodeProduce } from './produce-encoding.js';
import { UnreadableBatch } from './fetched-message.js';
import { headersOf, headerText, type RecordHeaders } from './headers.js';
import {
  consumedRecord,
  DLQ_HEADER,
  REDRIVE_COUNT_HEADER,
  SET_ASIDE_HEADER,
  type ConsumedRecord,
} from './record.js';

const bytes = (text: string): Buffer => Buffer.from(text);
const message = (over: object = {}) =>
  ({
    key: bytes('k'),
    value: bytes('v'),
    timestamp: '1000',
    attributes: 0,
    offset: '7',
    headers: {},
    ...over,
  }) as never;
const record = (over: Partial<ConsumedRecord> = {}): ConsumedRecord => ({
  ...consumedRecord('telemetry.raw', 3, message(), false),
  ...over,
});
const byName = (headers: RecordHeaders): Record<string, unknown> =>
  Object.fromEntries(headers as [string, unknown][]);
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
    const headers = deadLetterHeaders(
      failure({ record: record({ headers: [['traceparent', bytes('00-a-b-01')]] }) }),
      'group',
      5000,
    );
    expect(byName(headers)).toEqual({
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
      [SET_ASIDE_HEADER.arrived]: '1000',
    });
  });

  it('are replaced on each hop, the first failure’s time kept, and the record found again at its own place', () => {
    const first = deadLetterHeaders(failure(), 'group', 5000);
    const onRetry = consumedRecord(
      'telemetry.raw.group.retry.1',
      0,
      message({ offset: '99', headers: first }),
      true,
    );
    expect(onRetry).toMatchObject({
      topic: 'telemetry.raw',
      partition: 3,
      offset: '7',
      deliveries: 1,
      at: { topic: 'telemetry.raw.group.retry.1', partition: 0, offset: '99' },
    });
    const second = deadLetterHeaders(failure({ record: onRetry, message: 'again' }), 'group', 9000);
    expect(second.length).toBe(first.length);
    expect(byName(second)).toMatchObject({
      [DLQ_HEADER.deliveryCount]: '2',
      [DLQ_HEADER.message]: 'again',
      [DLQ_HEADER.timestamp]: '5000',
      [DLQ_HEADER.offset]: '7',
    });
  });

  it('that a producer forged are renamed, and stay so', () => {
    const forged: RecordHeaders = [
      [DLQ_HEADER.timestamp, '1'],
      [REDRIVE_COUNT_HEADER, '7'],
      ['__dlq.redrive.from', 'telemetry.dlq/0/0'],
      [SET_ASIDE_HEADER.valueCut, '9'],
      ['__retry.due', '99'],
      ['trace', 'x'],
    ];
    const produced = consumedRecord('telemetry.raw', 3, message({ headers: forged }), false);
    const first = deadLetterHeaders(failure({ record: produced }), 'g', 5000);
    expect(byName(first)).toMatchObject({ [DLQ_HEADER.timestamp]: '5000', trace: 'x' });
    expect(first.slice(0, forged.length)).toEqual(
      forged.map(([name, value]) => [name === 'trace' ? name : `foreign.${name as string}`, value]),
    );
    const ours = first.slice(forged.length).map(([name]) => name);
    expect(ours).toEqual([...Object.values(DLQ_HEADER), SET_ASIDE_HEADER.arrived]);
    const topic = 'telemetry.raw.g.retry.1';
    const onRetry = consumedRecord(topic, 0, message({ offset: '99', headers: first }), true);
    expect(deadLetterHeaders(failure({ record: onRetry }), 'g', 9000).length).toBe(first.length);
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

  it('keep when the record arrived, whatever time a topic on its way gave it', () => {
    const arrived = '-9007199254740993';
    const headers = deadLetterHeaders(
      failure({ record: record({ receivedAt: Number(arrived), receivedAtText: arrived }) }),
      'g',
      1,
    );
    const onRetry = consumedRecord(
      'telemetry.raw.g.retry.1',
      0,
      message({ headers, timestamp: '1790000000000' }),
      true,
    );
    expect([onRetry.receivedAtText, onRetry.receivedAt]).toEqual([arrived, Number(arrived)]);
    const unusable = consumedRecord(
      'r',
      0,
      message({ headers: [[SET_ASIDE_HEADER.arrived, 'soon']], timestamp: '5' }),
      true,
    );
    expect(unusable.receivedAt).toBe(5);
  });

  it('of the record itself stay as they are over every hop: order, repetitions, missing values, any names', () => {
    const name = fc.oneof(
      fc.constantFrom('constructor', '__proto__', 'toString'),
      fc.string({ maxLength: 8 }),
    );
    const list = fc.array(
      fc.tuple(
        name,
        fc.option(
          fc.uint8Array({ maxLength: 9 }).map((array) => Buffer.from(array)),
          { nil: null },
        ),
      ),
    );
    fc.assert(
      fc.property(list, fc.integer({ min: 1, max: 4 }), (own, hops) => {
        let headers: RecordHeaders = own;
        for (let i = 0; i < hops; i++) {
          const onRetry = consumedRecord('telemetry.raw.g.retry.1', 0, message({ headers }), i > 0);
          headers = deadLetterHeaders(failure({ record: onRetry }), 'g', 1);
        }
        expect(headers.slice(0, own.length)).toEqual(own);
        expect(headerText(headers, DLQ_HEADER.deliveryCount)).toBe(String(hops));
      }),
    );
  });
});

it('cuts error text at a character’s edge', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 400 }),
      fc.integer({ min: 8, max: 200 }),
      (text, limit) => {
        const cut = cutBytes(text, limit);
        expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(Math.max(limit, 0));
        expect(cut.includes('\uFFFD')).toBe(text.includes('\uFFFD') && cut.includes('\uFFFD'));
        if (Buffer.byteLength(text) <= limit) expect(cut).toBe(text);
      },
    ),
  );
});

describe('delays', () => {
  it('of retry topics grow by the factor', () =>
    expect([1, 2, 3].map((n) => retryDelayMs(n, 1000))).toEqual([1000, 5000, 25_000]));

  it('of backoff grow to the maximum, with jitter between half and the whole', () => {
    const range = { firstMs: 100, maxMs: 2000 };
    fc.assert(
      fc.property(
        fc.nat({ max: 100 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (attempt, random) => {
          const wait = jitteredBackoff(attempt, range, random);
          expect(wait).toBeGreaterThanOrEqual(50);
          expect(wait).toBeLessThanOrEqual(2000);
        },
      ),
    );
    expect(jitteredBackoff(3, range, 0.5)).toBe(600);
  });

  it('of a record: until its header says so, but never longer than its topic’s own', () => {
    const at = (due: string | undefined) =>
      dueAt(
        record({ headers: due === undefined ? [] : [[RETRY_DUE_HEADER, bytes(due)]] }),
        1000,
        50_000,
      );
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
  /** What one request may bring, and the times that the broker takes. */
  let [most, earliest] = [Infinity, -Infinity];
  const producer = {
    sendBatch: async (batch: ProducerBatch) => {
      if (broken)
        throw new kafkajs.KafkaJSNumberOfRetriesExceeded(new Error('no broker'), {
          retryCount: 5,
          retryTime: 1,
        });
      for (const { topic, messages } of batch.topicMessages!) {
        const topicData = [{ topic, partitions: [{ partition: 0, messages: messages as never }] }];
        const size = encodeProduce({
          acks: -1,
          timeout: 1,
          compression: batch.compression,
          topicData,
        } as never)!.length;
        const refused =
          size > most || messages.some(({ timestamp }) => Number(timestamp) < earliest);
        if (refused)
          throw new kafkajs.KafkaJSNonRetriableError(new Error('too large, or of another time'));
      }
      sent.push(batch);
    },
  } as unknown as Producer;
  const options = {
    group: 'g',
    telemetryTopic: 'telemetry.raw',
    dlqTopic: 'telemetry.dlq',
    maxRetries: 2,
    retryBaseDelayMs: 10,
  };
  const metrics = consumerMetrics(createRegistry('test'));
  const router = new FailureRouter(producer, options, metrics, pino({ level: 'silent' }));
  const topics = (): string[] =>
    sent.flatMap((batch) =>
      batch.topicMessages!.flatMap(({ topic, messages }) => messages.map(() => topic)),
    );
  beforeEach(() => {
    sent.length = 0;
    broken = false;
    [most, earliest] = [Infinity, -Infinity];
  });

  it('sends a permanent failure to the dead letters at once, a passing one around the retry topics first', async () => {
    await router.send([failure({ permanent: true })], 1);
    for (const deliveries of [0, 1, 2])
      await router.send([failure({ record: record({ deliveries }) })], 1000);
    expect(topics()).toEqual([
      'telemetry.dlq',
      'telemetry.raw.g.retry.1',
      'telemetry.raw.g.retry.2',
      'telemetry.dlq',
    ]);
    const due = sent.map((batch) =>
      headerText(batch.topicMessages![0]!.messages[0]!.headers, RETRY_DUE_HEADER),
    );
    expect(due).toEqual([undefined, '1010', '1050', undefined]);
  });

  it('keeps key, value and timestamp', async () => {
    await router.send(
      [
        failure({
          record: record({ key: null, value: null, receivedAt: 77, receivedAtText: '77' }),
          permanent: true,
        }),
      ],
      1,
    );
    expect(sent[0]!.topicMessages![0]!.messages[0]).toMatchObject({
      key: null,
      value: null,
      timestamp: '77',
    });
  });

  it('splits what would be too much for one request, and keeps the order', async () => {
    const failures = Array.from({ length: 1200 }, (_, i) =>
      failure({
        record: record({ offset: String(i), value: Buffer.alloc(i === 600 ? 1_000_000 : 300) }),
        permanent: true,
      }),
    );
    await router.send(failures, 1);
    expect(sent.length).toBeGreaterThan(3);
    const offsets = sent.flatMap((batch) =>
      batch.topicMessages!.flatMap(({ messages }) =>
        messages.map(({ headers }) => Number(headerText(headers, DLQ_HEADER.offset))),
      ),
    );
    expect(offsets).toEqual(failures.map((_, i) => i));
  });

  it('says that the broker is unwell when it does not take them, so that the offset is held', async () => {
    broken = true;
    await expect(router.send([failure()], 1)).rejects.toBeInstanceOf(BackendUnavailable);
    broken = false;
    most = 100;
    await expect(router.send([failure({ permanent: true })], 1)).rejects.toBeInstanceOf(
      BackendUnavailable,
    );
  });

  describe('with a record that a topic does not take', () => {
    const noise = Buffer.from(
      fc.sample(fc.uint8Array({ minLength: 100_000, maxLength: 100_000 }), 1)[0]!,
    );
    const letters = () =>
      sent.map(({ compression = 0, topicMessages }) => {
        const [{ topic, messages }] = topicMessages as [
          NonNullable<ProducerBatch['topicMessages']>[number],
        ];
        const [{ key, value, timestamp, headers }] = messages as [(typeof messages)[number]];
        const text = (name: string): string | undefined => headerText(headers as never, name);
        return {
          compression,
          topic,
          key,
          value: value as Buffer | null,
          timestamp,
          text,
          headers: headersOf(headers),
        };
      });

    it('sends it compressed when that helps, and whole', async () => {
      most = 5000;
      await router.send([failure({ record: record({ value: Buffer.alloc(3_000_000, ' ') }) })], 1);
      expect(letters()).toMatchObject([
        {
          compression: 1,
          topic: 'telemetry.raw.g.retry.1',
          timestamp: '1000',
          value: { length: 3_000_000 },
        },
      ]);
      expect(letters()[0]!.text(SET_ASIDE_HEADER.valueCut)).toBeUndefined();
    });

    it('sends it at the present when its time is what is refused', async () => {
      earliest = 1;
      await router.send(
        [failure({ record: record({ receivedAt: -5, receivedAtText: '-5' }), permanent: true })],
        777,
      );
      expect(letters()).toMatchObject([{ timestamp: '777', value: bytes('v') }]);
      expect(letters()[0]!.text(SET_ASIDE_HEADER.arrived)).toBe('-5');
    });

    it('cuts it with a mark, to the dead letters at once, as a retry needs the whole', async () => {
      most = 50_000;
      await router.send(
        [failure({ record: record({ value: noise, headers: [['own', bytes('x')]] }) })],
        1,
      );
      const [letter] = letters();
      expect(letter).toMatchObject({ topic: 'telemetry.dlq', key: bytes('k') });
      expect(noise.subarray(0, letter!.value!.length).equals(letter!.value!)).toBe(true);
      expect([
        letter!.text(SET_ASIDE_HEADER.valueCut),
        letter!.text('own'),
        letter!.text(RETRY_DUE_HEADER),
      ]).toEqual(['100000', 'x', undefined]);
    });

    it('leaves out a key and headers that are too large', async () => {
      most = 3000;
      await router.send(
        [
          failure({
            record: record({ key: noise, value: noise, headers: [['own', noise]] }),
            permanent: true,
          }),
        ],
        1,
      );
      const [letter] = letters();
      expect(letter!.key).toBeNull();
      expect(
        [
          SET_ASIDE_HEADER.keyCut,
          SET_ASIDE_HEADER.valueCut,
          SET_ASIDE_HEADER.headersCut,
          DLQ_HEADER.offset,
        ].map((name) => letter!.text(name)),
      ).toEqual(['100000', '100000', '1', '7']);
    });

    it('lets none of the others of a batch wait, and sends each once', async () => {
      most = 20_000;
      const values = [bytes('a'), noise, bytes('b')];
      await router.send(
        values.map((value, i) =>
          failure({ record: record({ offset: String(i), value }), permanent: true }),
        ),
        1,
      );
      expect(letters().map(({ text }) => text(DLQ_HEADER.offset))).toEqual(['0', '1', '2']);
    });

    it('takes every record, whatever its key, value, headers and time are', async () => {
      const anything = fc.option(
        fc.oneof(
          fc.uint8Array({ maxLength: 50 }).map((array) => Buffer.from(array)),
          fc.constantFrom(noise.subarray(0, 20_000), Buffer.alloc(300_000)),
        ),
        { nil: null },
      );
      const headers = fc.array(
        fc.tuple(fc.constantFrom('a', '__proto__', 'constructor', DLQ_HEADER.topic), anything),
        { maxLength: 3 },
      );
      const time = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
      await fc.assert(
        fc.asyncProperty(
          anything,
          anything,
          headers,
          time,
          async (key, value, own, timestampText) => {
            sent.length = 0;
            [most, earliest] = [4000, 0];
            const odd = record({
              key,
              value,
              headers: own,
              receivedAt: Number(timestampText),
              receivedAtText: timestampText,
            });
            await router.send([failure({ record: odd, permanent: true })], 1);
            expect(
              letters().map(({ text }) => [text(DLQ_HEADER.topic), text(SET_ASIDE_HEADER.arrived)]),
            ).toEqual([['telemetry.raw', timestampText]]);
          },
        ),
        { numRuns: 50 },
      );
    });
  });

  it('sends a batch that cannot be read with all its bytes, and says how far it reaches', async () => {
    const batch = new UnreadableBatch(bytes('raw'), '5', '9', '1000', 'damaged_batch', 'why');
    const stands = consumedRecord('telemetry.raw', 3, batch, false);
    expect([stands.offset, stands.at.offset, stands.value]).toEqual(['5', '9', bytes('raw')]);
    await router.send([unreadableFailure(stands)], 1);
    const { value, headers } = sent[0]!.topicMessages![0]!.messages[0]!;
    expect([
      value,
      headerText(headers, DLQ_HEADER.offset),
      headerText(headers, SET_ASIDE_HEADER.lastOffset),
    ]).toEqual([bytes('raw'), '5', '9']);
  });
});
