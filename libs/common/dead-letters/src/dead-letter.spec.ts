import fc from 'fast-check';
import { consumedRecord, headersOf, headerText } from '@iot/kafka';
import { deadLetter, matches, redriven, REDRIVE_HEADER, type DeadRecord } from './dead-letter.js';

const TOPIC = 'telemetry.raw';
const ours = {
  '__dlq.errors.topic': TOPIC,
  '__dlq.errors.partition': '3',
  '__dlq.errors.offset': '456',
  '__dlq.errors.group': 'aggregator-worker',
  '__dlq.errors.delivery.count': '4',
  '__dlq.errors.message': 'refused',
  '__dlq.errors.exception': 'document_refused',
  '__dlq.errors.stage': 'store',
  '__dlq.errors.timestamp': '1769860800000',
};
type Headers = Parameters<typeof headersOf>[0];
const record = (headers: Headers): DeadRecord => ({
  key: Buffer.from('d1'),
  value: Buffer.from('{}'),
  timestamp: '1769860000000',
  headers: headersOf(headers),
});
const letter = (headers: Headers = ours) =>
  deadLetter('telemetry.dlq/0/12', record(headers), TOPIC);

describe('deadLetter', () => {
  it('reads what the workers write', () => {
    expect(letter()).toMatchObject({
      foreign: undefined,
      original: 'telemetry.raw/3/456',
      group: 'aggregator-worker',
      stage: 'store',
      reason: 'document_refused',
      deliveries: 4,
      redrives: 0,
      failedAt: 1769860800000,
      device: 'd1',
    });
  });

  it('knows what was refused where it came in, and was never a record', () => {
    const { '__dlq.errors.partition': _p, '__dlq.errors.offset': _o, ...came } = ours;
    const gateway = {
      ...came,
      '__dlq.errors.topic': 'sensors/d1',
      '__dlq.errors.group': 'mqtt-gateway',
      '__dlq.errors.stage': 'intake',
    };
    expect(letter(gateway)).toMatchObject({
      foreign: undefined,
      intake: 'sensors/d1',
      original: 'sensors/d1',
      group: 'mqtt-gateway',
    });
    expect(letter({ ...gateway, '__dlq.errors.stage': 'decode' }).foreign).toMatch(/partition/);
  });

  it.each([
    ['no headers at all', {}, /no __dlq.errors headers/],
    ['no group', { ...ours, '__dlq.errors.group': '' }, /no header __dlq.errors.group/],
    ['an offset that is no number', { ...ours, '__dlq.errors.offset': 'x' }, /no numbers/],
    ['the topic of another system', { ...ours, '__dlq.errors.topic': 'orders' }, /topic orders/],
  ])('takes a record with %s for foreign, and says why', (_, headers, why) => {
    expect(letter(headers).foreign).toMatch(why);
  });

  it('never throws, whatever the headers hold', () => {
    const names = fc.constantFrom(...Object.keys(ours), REDRIVE_HEADER.count);
    const values = fc.oneof(
      fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes)),
      fc.string(),
      fc.array(fc.string(), { maxLength: 2 }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(names, values),
        (headers) => typeof letter(headers).place === 'string',
      ),
    );
  });
});

describe('a dead letter that is not whole', () => {
  it('says what it lacks', () => {
    expect(letter().cut).toBeUndefined();
    expect(letter({ ...ours, '__dlq.value.cut': '3000000', '__dlq.headers.cut': '2' }).cut).toBe(
      'all but 2 of the 3000000 bytes of its value, 2 of its headers',
    );
  });

  it('or is a whole batch says so', () =>
    expect(letter({ ...ours, '__dlq.batch.last.offset': '460' }).batchUntil).toBe('460'));
});

it('arrived when its header says, whatever time its topic gave it', () => {
  expect(letter({ ...ours, '__dlq.record.timestamp': '5' }).record.timestamp).toBe('5');
  expect(
    headerText(
      redriven(letter({ ...ours, '__dlq.record.timestamp': '5' })).headers,
      '__dlq.record.timestamp',
    ),
  ).toBe('5');
});

describe('redriven', () => {
  it('keeps key, value, timestamp and headers byte for byte, but for delivery count, due time and the redrive’s own', () => {
    const foreign = Buffer.from([0, 255, 254]);
    const given = letter({
      ...ours,
      trace: foreign,
      '__retry.due': '5',
      [REDRIVE_HEADER.count]: '2',
    });
    const sent = redriven(given);
    expect(sent).toMatchObject({
      key: given.record.key,
      value: given.record.value,
      timestamp: given.record.timestamp,
    });
    expect(Object.fromEntries(sent.headers as [string, unknown][])).toEqual({
      ...ours,
      trace: foreign,
      '__dlq.errors.delivery.count': '0',
      [REDRIVE_HEADER.count]: '3',
      [REDRIVE_HEADER.from]: 'telemetry.dlq/0/12',
    });
  });

  it('is for its consumer the original record, delivered no times yet', () => {
    const { headers, ...rest } = redriven(letter());
    const message = { ...rest, headers, offset: '7', attributes: 0 };
    const seen = consumedRecord(`${TOPIC}.aggregator-worker.retry.1`, 1, message as never, true);
    expect(seen).toMatchObject({
      topic: TOPIC,
      partition: 3,
      offset: '456',
      deliveries: 0,
      receivedAt: 1769860000000,
    });
  });
});

describe('matches', () => {
  const given = letter();
  it.each([
    [{}, true],
    [
      {
        group: 'aggregator-worker',
        reason: 'document_refused',
        stage: 'store',
        device: 'd1',
        topic: TOPIC,
      },
      true,
    ],
    [{ group: 'alerts-worker' }, false],
    [{ device: 'd2' }, false],
    [{ from: 1769860800000, to: 1769860800001 }, true],
    [{ from: 1769860800001 }, false],
    [{ to: 1769860800000 }, false],
  ])('%j: %s', (filter, expected) => {
    expect(matches(given, filter)).toBe(expected);
  });
});
