import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { asMessage, createKafka, deadLetterHeaders, readTopic, retryTopic } from '@iot/kafka';
import { createLogger } from '@iot/service';
import { loadSettings } from '../connection/config.js';
import { ctlJson as ctl } from '../testing/ctl.js';

const id = randomUUID().slice(0, 8);
Object.assign(process.env, {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  TELEMETRY_TOPIC: `raw-${id}`,
  DLQ_TOPIC: `dlq-${id}`,
  AGGREGATOR_GROUP: `aggregator-${id}`,
  ALERTS_GROUP: `alerts-${id}`,
});
const settings = loadSettings();
const {
  TELEMETRY_TOPIC: topic,
  DLQ_TOPIC: dlq,
  AGGREGATOR_GROUP: aggregator,
  ALERTS_GROUP: alerts,
} = settings;

/** When the records arrived. */
const NOW = Date.now() - 60_000;

/** Generous: the machine may be busy. */
jest.setTimeout(60_000);

describe('dlq', () => {
  const kafka = createKafka(settings, 'test', createLogger('test', 'silent'));
  const admin = kafka.admin();
  const producer = kafka.producer();

  const failed = (
    offset: number,
    group: string,
    reason = 'document_refused',
    headers = {},
    timestamp = NOW + offset,
  ) => {
    const [key, value] = [
      Buffer.from(`device-${offset % 5}`),
      Buffer.from([0xff, offset % 256, 0]),
    ];
    const at = { topic, partition: 2, offset: String(offset) };
    const record = {
      ...at,
      at,
      key,
      value,
      headers: [
        ['trace', Buffer.from([0xfe, offset % 256])] as const,
        ...Object.entries<string>(headers),
      ],
      receivedAt: timestamp,
      receivedAtText: String(timestamp),
      deliveries: 3,
    };
    const failure = {
      record,
      stage: 'store',
      reason,
      message: 'the store refused it',
      permanent: false,
    };
    return asMessage({
      key,
      value,
      timestamp: String(record.receivedAt),
      headers: deadLetterHeaders(failure, group, Date.now()),
    });
  };

  async function contents(
    name: string,
  ): Promise<{ key: string; value: string; headers: Record<string, string> }[]> {
    const found: { key: string; value: string; headers: Record<string, string> }[] = [];
    await readTopic(kafka, name, ({ messages }) => {
      for (const { key, value, headers = {} } of messages) {
        const texts = Object.entries(headers).map(([header, bytes]) => [
          header,
          (bytes as Buffer).toString('latin1'),
        ]);
        found.push({
          key: key!.toString(),
          value: value!.toString('hex'),
          headers: Object.fromEntries(texts),
        });
      }
    });
    return found;
  }

  beforeAll(async () => {
    await Promise.all([admin.connect(), producer.connect()]);
    expect(await ctl('dlq', 'list')).toMatchObject({
      code: 1,
      said: expect.stringContaining('there is no topic'),
    });
    await admin.createTopics({
      waitForLeaders: true,
      topics: [
        { topic, numPartitions: 3 },
        { topic: dlq, numPartitions: 2 },
        { topic: retryTopic(topic, aggregator, 1) },
      ],
    });
    const messages = Array.from({ length: 40 }, (_, i) =>
      failed(i, i < 30 ? aggregator : alerts, i % 2 ? 'document_refused' : 'unknown'),
    );
    await producer.send({ topic: dlq, messages });
    await producer.send({ topic: dlq, messages: [{ key: 'x', value: 'of somebody else' }] });
  });

  afterAll(() => Promise.all([admin.disconnect(), producer.disconnect()]));

  it('lists by group and reason, and names the foreign ones', async () => {
    const { code, json } = await ctl('dlq', 'list', '--limit', '5');
    expect(code).toBe(0);
    expect(json.total).toBe(41);
    expect(json.letters).toHaveLength(5);
    expect(json.groups).toHaveLength(5);
    expect(json.groups).toContainEqual(
      expect.objectContaining({ group: aggregator, reason: 'unknown', count: 15 }),
    );
    expect(json.groups).toContainEqual(expect.objectContaining({ group: '(foreign)', count: 1 }));
    const some = await ctl(
      'dlq',
      'list',
      '--group',
      alerts,
      '--reason',
      'unknown',
      '--device',
      'device-0',
      '--from',
      '1h',
    );
    expect(some.json.letters.map(({ original }: { original: string }) => original)).toEqual([
      `${topic}/2/30`,
    ]);
    expect((await ctl('dlq', 'list', '--to', '1h')).json.total).toBe(0);
  });

  it('shows one of them, by its place or by that of the record that failed', async () => {
    const { json } = await ctl('dlq', 'show', `${topic}/2/7`);
    expect(json).toEqual([
      expect.objectContaining({
        group: aggregator,
        key: { text: 'device-2' },
        value: { base64: '/wcA' },
        timestamp: NOW + 7,
      }),
    ]);
    expect((await ctl('dlq', 'show', json[0].place)).json).toEqual(json);
    expect(await ctl('dlq', 'show', `${dlq}/0/999`)).toMatchObject({
      code: 1,
      said: expect.stringContaining('no dead letter'),
    });
    expect(await ctl('dlq', 'show', 'seven')).toMatchObject({ code: 2 });
  });

  it('redrives to the group that failed only, goes on where it was interrupted, and sends nothing twice', async () => {
    const retry = retryTopic(topic, aggregator, 1);
    const dry = await ctl('dlq', 'redrive', '--group', aggregator, '--dry-run');
    expect(dry).toMatchObject({
      code: 0,
      json: { sent: { [retry]: 30 }, groups_not_running: [aggregator] },
    });
    expect(await contents(retry)).toEqual([]);
    expect((await ctl('dlq', 'redrive', '--group', aggregator, '--limit', '7')).json.sent).toEqual({
      [retry]: 7,
    });
    const rest = await ctl('dlq', 'redrive', '--group', aggregator, '--rate', '100');
    expect(rest.json).toMatchObject({ sent: { [retry]: 23 }, already_redriven: 7 });
    expect((await ctl('dlq', 'redrive', '--group', aggregator)).json).toMatchObject({
      sent: {},
      already_redriven: 30,
    });
    expect(await admin.listTopics()).not.toContain(retryTopic(topic, alerts, 1));

    const sent = await contents(retry);
    expect(sent).toHaveLength(30);
    expect(new Set(sent.map(({ headers }) => headers['__dlq.errors.offset']))).toEqual(
      new Set(Array.from({ length: 30 }, (_, i) => String(i))),
    );
    const { headers, ...seventh } = sent.find(
      (message) => message.headers['__dlq.errors.offset'] === '7',
    )!;
    expect(seventh).toEqual({ key: 'device-2', value: 'ff0700' });
    expect(headers).toMatchObject({
      trace: '\xfe\x07',
      '__dlq.errors.topic': topic,
      '__dlq.errors.delivery.count': '0',
      '__dlq.redrive.count': '1',
    });
    expect(headers).not.toHaveProperty('__retry.due');

    const again = await ctl(
      'dlq',
      'redrive',
      '--group',
      aggregator,
      '--device',
      'device-2',
      '--again',
    );
    expect(again.json.sent).toEqual({ [retry]: 6 });
  });

  it('leaves alone what failed again after as many redrives as are allowed', async () => {
    const headers = { '__dlq.redrive.count': '3', '__dlq.redrive.from': `${dlq}/0/0` };
    await producer.send({ topic: dlq, messages: [failed(100, aggregator, 'stubborn', headers)] });
    expect(await ctl('dlq', 'redrive', '--reason', 'stubborn')).toMatchObject({
      code: 1,
      json: { sent: {}, redriven_too_often: 1 },
    });
    const forced = await ctl('dlq', 'redrive', '--reason', 'stubborn', '--force');
    expect(forced).toMatchObject({
      code: 0,
      json: { sent: { [retryTopic(topic, aggregator, 1)]: 1 } },
    });
  });

  it('refuses the records of another system, and of a group that has no retry topic', async () => {
    await producer.send({ topic: dlq, messages: [failed(200, 'reports')] });
    const { code, json } = await ctl('dlq', 'redrive', '--group', 'reports');
    expect(code).toBe(1);
    expect(json).toMatchObject({
      sent: {},
      refused_count: 1,
      refused: [{ reason: expect.stringContaining('reports') }],
    });
    const all = await ctl('dlq', 'redrive', '--dry-run');
    expect(all).toMatchObject({
      said: '',
      json: { refused_count: 2, sent: { [retryTopic(topic, alerts, 1)]: 10 } },
    });
    expect(await admin.listTopics()).not.toContain(retryTopic(topic, alerts, 1));
    expect(await ctl('dlq', 'redrive', '--group', alerts)).toMatchObject({
      said: '',
      code: 0,
      json: { sent: { [retryTopic(topic, alerts, 1)]: 10 } },
    });
  });

  it('refuses what the retry topic would not keep', async () => {
    await producer.send({
      topic: dlq,
      messages: [failed(300, aggregator, 'old', {}, NOW - 8 * 86_400_000)],
    });
    const { code, json } = await ctl('dlq', 'redrive', '--reason', 'old');
    expect(code).toBe(1);
    expect(json).toMatchObject({
      sent: {},
      refused: [{ reason: expect.stringContaining('keeps records for 7 days') }],
    });
  });

  it('takes the whole of a letter that was cut from where it failed, and refuses it when that is gone', async () => {
    const whole = Buffer.alloc(5000, 'w');
    const messages = [{ key: 'device-9', value: whole, partition: 1, headers: { own: 'x' } }];
    const baseOffset = (await producer.send({ topic, messages }))[0]!.baseOffset!;
    const cut = { '__dlq.value.cut': '5000' };
    const placed = (
      { headers, ...rest }: ReturnType<typeof failed>,
      partition: string,
      offset: string,
    ) => ({
      ...rest,
      headers: [
        ...(headers as unknown as [string, string][]).filter(
          ([name]) => !['__dlq.errors.partition', '__dlq.errors.offset'].includes(name),
        ),
        ['__dlq.errors.partition', partition],
        ['__dlq.errors.offset', offset],
        ...Object.entries(cut),
      ] as never,
    });
    await producer.send({
      topic: dlq,
      messages: [
        placed(failed(400, aggregator, 'cut'), '1', baseOffset),
        placed(failed(401, aggregator, 'cut'), '1', '999'),
      ],
    });
    const { code, json } = await ctl('dlq', 'redrive', '--reason', 'cut');
    expect(code).toBe(1);
    expect(json).toMatchObject({
      refused_count: 1,
      refused: [{ reason: expect.stringContaining(`no record at ${topic}/1/999`) }],
    });
    const sent = (await contents(retryTopic(topic, aggregator, 1))).find(
      ({ key }) => key === 'device-9',
    )!;
    expect(sent).toMatchObject({
      key: 'device-9',
      value: whole.toString('hex'),
      headers: { own: 'x', '__dlq.redrive.count': '1' },
    });
    expect(sent.headers).not.toHaveProperty('__dlq.value.cut');
    const [shown] = (await ctl('dlq', 'show', `${topic}/1/${baseOffset}`)).json;
    expect(shown).toMatchObject({ cut: 'all but 3 of the 5000 bytes of its value' });
  });

  it('shows letters whose times are none', async () => {
    await producer.send({
      topic: dlq,
      messages: [failed(500, aggregator, 'absurd', {}, -9007199254740992)],
    });
    expect((await ctl('dlq', 'list', '--reason', 'absurd')).json.total).toBe(1);
    expect(await ctl('dlq', 'redrive', '--reason', 'absurd')).toMatchObject({
      code: 1,
      json: { refused: [{ reason: expect.stringContaining('no time') }] },
    });
  });

  it('shows lag and topics', async () => {
    const lag = await ctl('lag');
    expect(lag.json.groups).toContainEqual(
      expect.objectContaining({
        group: aggregator,
        topic: retryTopic(topic, aggregator, 1),
        records: 38,
        members: 0,
      }),
    );
    expect((await ctl('lag', '--max-age', '1')).code).toBe(1);
    const { topics } = (await ctl('topics')).json;
    expect(topics).toContainEqual(
      expect.objectContaining({ topic: dlq, partitions: 2, records: 47, cleanup: 'delete' }),
    );
  });
});
