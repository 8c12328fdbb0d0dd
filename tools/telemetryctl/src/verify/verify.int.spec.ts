import { jest } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createKafka, retryTopic } from '@iot/kafka';
import { Mongo } from '@iot/mongo';
import { createLogger } from '@iot/service';
import { loadSettings } from '../connection/config.js';
import { ctlJson as ctl } from '../testing/ctl.js';

const id = randomUUID().slice(0, 8);
const environment = {
  KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'],
  MONGO_URL: process.env['TEST_MONGO'],
  MONGO_DB: `ctl-${id}`,
  TELEMETRY_TOPIC: `verify-${id}`,
  DLQ_TOPIC: `verify-dlq-${id}`,
  AGGREGATOR_GROUP: `aggregator-${id}`,
  ALERTS_GROUP: `alerts-${id}`,
};
Object.assign(process.env, environment);
const settings = loadSettings();
const {
  TELEMETRY_TOPIC: topic,
  DLQ_TOPIC: dlq,
  AGGREGATOR_GROUP: aggregator,
  ALERTS_GROUP: alerts,
} = settings;

/** Generous: the machine may be busy. */
jest.setTimeout(60_000);

const HOUR = 3_600_000;
const START = Math.floor(Date.now() / HOUR) * HOUR - 2 * HOUR;
const EVENTS = 900;

describe('verify, on a real broker and database', () => {
  const kafka = createKafka(settings, 'test', createLogger('test', 'silent'));
  const admin = kafka.admin();
  const producer = kafka.producer();
  const mongo = new Mongo(settings, 'test');
  const retry = retryTopic(topic, aggregator, 1);

  /** Moves both groups to the end of the telemetry topic, as if they had handled it. */
  async function handleAll(): Promise<void> {
    const offsets = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({
      topic,
      partition,
      offset: high,
    }));
    for (const groupId of [aggregator, alerts]) {
      const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
      await consumer.connect();
      await consumer.subscribe({ topics: [topic] });
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
      await consumer.commitOffsets(offsets);
      await consumer.disconnect();
    }
  }

  const reading = (i: number) => ({
    key: `device-${i % 9}`,
    value: JSON.stringify({
      // The same ids in each device.
      event_id: `e${Math.floor(i / 9)}`,
      device_id: `device-${i % 9}`,
      ts: START + i * 5000,
      temperature_c: (i * 7) % 31,
      humidity: i % 100,
    }),
  });

  beforeAll(async () => {
    await Promise.all([admin.connect(), producer.connect()]);
    await admin.createTopics({
      waitForLeaders: true,
      topics: [{ topic, numPartitions: 3 }, { topic: dlq }, { topic: retry }],
    });
    const messages = Array.from({ length: EVENTS }, (_, i) => reading(i));
    await producer.send({ topic, messages: [...messages, reading(5), reading(6)] });
    await handleAll();
  });

  afterAll(async () => {
    await mongo.db.dropDatabase();
    await Promise.all([admin.disconnect(), producer.disconnect(), mongo.close()]);
  });

  it('names what an empty database lacks, and --repair puts all of it back', async () => {
    const before = await ctl('verify', '--max-discrepancies', '3');
    expect(before.code).toBe(1);
    expect(before.json.ledger).toMatchObject({
      records: EVENTS + 2,
      stored: 0,
      missing: EVENTS + 2,
    });
    expect(before.json.discrepancies).toHaveLength(3);
    const after = await ctl('verify', '--repair');
    expect(after.json.discrepancies).toEqual([]);
    expect(after.code).toBe(0);
    expect(after.json.ledger).toMatchObject({
      records: EVENTS + 2,
      stored: EVENTS,
      duplicate: 2,
      missing: 0,
    });
    expect(after.json.rows.read).toBeGreaterThan(EVENTS / 12);
  });

  /**
   * The same one each time, whichever index the database takes: of the first device, whose first
   * reading begins an hour.
   */
  const anyRow = async (filter = {}) =>
    (await mongo.rollups.findOne({ window: '1h', ...filter }, { sort: { _id: 1 } }))!;

  it.each([
    [
      'a row counted double',
      'wrong_row',
      async () => {
        const { _id, count, sum } = await anyRow();
        await mongo.rollups.updateOne({ _id }, { $set: { count: count * 2, sum: sum * 2 } });
      },
    ],
    [
      'a sum that is off',
      'wrong_row',
      async () => {
        const { _id, sum } = await anyRow({ sensor_type: 'humidity' });
        await mongo.rollups.updateOne({ _id }, { $set: { sum: sum + 1 } });
      },
    ],
    [
      'a row that is gone',
      'missing_row',
      async () => void (await mongo.rollups.deleteOne({ _id: (await anyRow())._id })),
    ],
    [
      'a row without events',
      'extra_row',
      async () => {
        const row = await anyRow();
        const start = row.timestamp.getTime() - 10 * HOUR;
        await mongo.rollups.insertOne({
          ...row,
          _id: `${row.device_id}|${row.sensor_type}|1h|${start}`,
          timestamp: new Date(start),
        });
      },
    ],
    [
      'a device with a latest value of a copy',
      'wrong_device',
      async () => {
        const latest = {
          'latest.humidity': { value: 101, ts: new Date(START + 50 * HOUR) },
          last_seen: new Date(START - 1),
        };
        await mongo.devices.updateOne({ _id: 'device-2' }, { $set: latest });
      },
    ],
    [
      'a device that is gone',
      'missing_device',
      async () => void (await mongo.devices.deleteOne({ _id: 'device-3' })),
    ],
    [
      'a device without events',
      'extra_device',
      async () => {
        const seen = new Date(START);
        await mongo.devices.insertOne({
          _id: 'ghost',
          first_seen: seen,
          last_seen: seen,
          latest: {},
          version: 3,
        });
      },
    ],
    [
      'an event that is gone',
      'missing_event',
      async () => void (await mongo.raw.deleteOne({ _id: 'device-8/e1' })),
    ],
  ])('finds %s, and --repair mends it', async (_, kind, plant) => {
    await plant();
    const found = await ctl('verify');
    expect(found.code).toBe(1);
    expect(found.json.discrepancy_counts).toHaveProperty(kind);
    const repaired = await ctl('verify', '--repair');
    expect(repaired.json.discrepancies).toEqual([]);
    expect(repaired.code).toBe(0);
  });

  it.each([
    [
      'a false alert',
      'extra_alert',
      async () => {
        const _id = `device-1|humidity|above_max|${START}`;
        const at = new Date(START);
        const severity = 'warning' as const;
        const fields = {
          device_id: 'device-1',
          sensor_type: 'humidity',
          alert_type: 'above_max' as const,
          severity,
          message: '',
          value: 101,
        };
        const state = {
          timestamp: at,
          status: 'active' as const,
          threshold: 100,
          occurrences: 1,
          last_value: 101,
          last_seen: at,
        };
        await mongo.alerts.insertOne({
          _id,
          ...fields,
          ...state,
          resolved_at: null,
          created_at: at,
          version: 1,
        });
        return () => mongo.alerts.deleteOne({ _id });
      },
    ],
    [
      'a record stored twice',
      'doubled_event',
      async () => {
        const event = (await mongo.raw.findOne({ _id: 'device-2/e2' }))!;
        await mongo.raw.insertOne({ ...event, _id: 'twin' });
        return () => mongo.raw.deleteOne({ _id: 'twin' });
      },
    ],
    [
      'an event that differs from its record',
      'wrong_event',
      async () => {
        await mongo.raw.updateOne(
          { _id: 'device-3/e3' },
          { $set: { ts: new Date(START + 30 * 5000 + 1) } },
        );
        return () =>
          mongo.raw.updateOne(
            { _id: 'device-3/e3' },
            { $set: { ts: new Date(START + 30 * 5000) } },
          );
      },
    ],
  ])('finds %s', async (_, kind, plant) => {
    const undo = await plant();
    const { code, json } = await ctl('verify');
    await undo();
    expect(code).toBe(1);
    expect(json.discrepancy_counts).toHaveProperty(kind);
    expect((await ctl('verify')).code).toBe(0);
  });

  it('leaves values out of all rows that only an older version took, and --repair makes rows anew that they made overflow', async () => {
    const row = await anyRow({ sensor_type: 'humidity' });
    const device_id = row.device_id;
    const document = { device_id, ts: row.timestamp, received_at: row.timestamp };
    const add = (offset: number, humidity: number) =>
      mongo.raw.insertOne({
        ...document,
        _id: `${device_id}/old-${offset}`,
        event_id: `old-${offset}`,
        source: `${retry}/0/${offset}`,
        humidity,
      });
    await Promise.all([add(990, 1.7e308), add(991, 1.7e308)]);
    expect(await ctl('verify')).toMatchObject({ code: 0 });
    const overflowed = { count: row.count + 2, sum: Infinity, max: 1.7e308, average: Infinity };
    await mongo.rollups.updateOne({ _id: row._id }, { $set: overflowed });
    const minute = await mongo.rollups.findOne({
      device_id,
      sensor_type: 'humidity',
      window: '1m',
      timestamp: row.timestamp,
    });
    await mongo.rollups.updateOne({ _id: minute!._id }, { $set: { sum: NaN, min: -1.7e308 } });
    expect((await ctl('verify')).json.discrepancy_counts).toEqual({ wrong_row: 2 });
    expect(await ctl('verify', '--repair')).toMatchObject({ code: 0 });
    const { count, sum, min, max } = row;
    expect(await mongo.rollups.findOne({ _id: row._id })).toMatchObject({ count, sum, min, max });
    await mongo.raw.deleteMany({ event_id: /^old-/ });
    expect(await ctl('verify')).toMatchObject({ code: 0 });
  });

  it('leaves what it found for the dashboard API with --record, which a run over a part refuses', async () => {
    const began = Date.now();
    expect((await ctl('verify', '--record')).code).toBe(0);
    expect(await mongo.verifications.findOne()).toMatchObject({
      _id: 'last',
      discrepancies: { wrong_row: 0, missing_row: 0, extra_alert: 0 },
    });
    const row = (await mongo.rollups.findOneAndDelete({ window: '1h' }))!;
    expect((await ctl('verify', '--record', '--repair')).code).toBe(0);
    await mongo.rollups.deleteOne({ _id: row._id });
    const { json } = await ctl('verify', '--record');
    const last = (await mongo.verifications.findOne())!;
    expect(last.discrepancies).toMatchObject(json.discrepancy_counts);
    expect(last.discrepancies['missing_row']).toBe(1);
    expect(last.finished_at.getTime()).toBeGreaterThanOrEqual(began);
    expect(await ctl('verify', '--record', '--device', 'device-4')).toMatchObject({
      code: 2,
      said: expect.stringContaining('--device'),
    });
    expect((await ctl('verify', '--repair')).code).toBe(0);
  });

  it('verifies one device, and a part of the time', async () => {
    expect((await ctl('verify', '--slice-rows', '50')).json).toMatchObject({
      ok: true,
      raw: { events: EVENTS },
    });
    const device = await ctl('verify', '--device', 'device-4');
    expect(device).toMatchObject({
      code: 0,
      json: { ledger: { records: EVENTS / 9, stored: EVENTS / 9 } },
    });
    const hour = await ctl(
      'verify',
      '--from',
      String(START),
      '--to',
      new Date(START + HOUR).toISOString(),
    );
    expect(hour).toMatchObject({
      code: 0,
      json: { ledger: { records: 722, missing: 0 }, raw: { events: 720 } },
    });
  });

  it('counts what is not handled yet as pending, fails where nobody handles it, and where --wait is too short', async () => {
    await producer.send({ topic, messages: [reading(EVENTS)] });
    const waits = { topic, records: 1, members: 0, hasCommitted: true };
    expect(await ctl('verify')).toMatchObject({
      code: 1,
      json: {
        ok: false,
        discrepancies: [],
        ledger: { pending: 1, missing: 0 },
        pending: [
          { group: aggregator, ...waits },
          { group: alerts, ...waits },
        ],
      },
    });
    const member = kafka.consumer({ groupId: aggregator });
    const other = kafka.consumer({ groupId: alerts });
    for (const consumer of [member, other]) {
      const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
      await consumer.connect();
      await consumer.subscribe({ topics: [topic] });
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
      await joined;
    }
    expect(await ctl('verify')).toMatchObject({ code: 0, json: { ok: true } });
    await Promise.all([member.disconnect(), other.disconnect()]);
    expect(await ctl('verify', '--wait', '0')).toMatchObject({
      code: 1,
      json: { still_to_be_handled: 2 },
    });
    await handleAll();
  });

  it('finds a record on the retry topic, and among the dead letters', async () => {
    const [end] = (await admin.fetchTopicOffsets(topic)).filter(({ partition }) => partition === 0);
    await producer.send({
      topic,
      messages: [{ key: 'device-0', value: 'no reading', partition: 0 }],
    });
    await handleAll();
    const from = { topic, partition: '0', offset: end!.high, group: aggregator };
    const headers = Object.fromEntries(
      Object.entries(from).map(([name, value]) => [`__dlq.errors.${name}`, value]),
    );
    expect((await ctl('verify', '--repair')).json.discrepancies).toEqual([
      expect.objectContaining({ kind: 'missing_event', subject: `${topic}/0/${end!.high}` }),
    ]);
    await producer.send({
      topic: retry,
      messages: [{ key: 'device-0', value: 'no reading', headers }],
    });
    expect(await ctl('verify')).toMatchObject({
      code: 1,
      json: { ledger: { inRetry: 1, missing: 0 }, pending: [{ topic: retry, records: 1 }] },
    });
    // Handled, as the worker does it.
    const partitions = [{ partition: 0, offset: '1' }];
    await admin.setOffsets({ groupId: aggregator, topic: retry, partitions });
    await producer.send({
      topic: dlq,
      messages: [{ key: 'device-0', value: 'no reading', headers }],
    });
    expect(await ctl('verify')).toMatchObject({
      code: 0,
      json: { ledger: { deadLettered: 1, missing: 0 } },
    });
  });

  it('starts its ledger where retention has left the log', async () => {
    const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition }) => ({
      partition,
      offset: '10',
    }));
    await admin.deleteTopicRecords({ topic, partitions });
    const { code, json } = await ctl('verify');
    expect(json.discrepancies).toEqual([]);
    expect(code).toBe(0);
    expect(json).toMatchObject({
      log_starts_at: { 0: 10, 1: 10, 2: 10 },
      raw: { beyond_log: expect.any(Number) },
    });
    expect(json.raw.beyond_log).toBeGreaterThan(20);
  });

  it('says in one line what does not answer, with exit code 3, and what is wrong with the command line, with 2', async () => {
    const kafka = await ctl('--brokers', '127.0.0.1:1', 'verify');
    expect(kafka.code).toBe(3);
    expect(kafka.said).toMatch(
      /^error: Kafka at 127\.0\.0\.1:1 does not answer: .*KAFKA_BOOTSTRAP_SERVERS or --brokers\n$/,
    );
    const store = await ctl('--mongo-url', 'mongodb://user:secret@127.0.0.1:1/', 'verify');
    expect(store.code).toBe(3);
    expect(store.said).toMatch(
      /^error: MongoDB at mongodb:\/\/…@127\.0\.0\.1:1\/ does not answer: .*MONGO_URL or --mongo-url\n$/,
    );
    expect(await ctl('verify', '--from', 'yesterday')).toMatchObject({
      code: 2,
      said: expect.stringContaining('2026-01-31'),
    });
    expect((await ctl('nonsense')).code).toBe(2);
    expect(await ctl('--brokers', 'nonsense', 'lag')).toMatchObject({
      code: 2,
      said: expect.stringContaining('KAFKA_BOOTSTRAP_SERVERS'),
    });
  });

  it('takes a record with a value that only an older version took for what became of it', async () => {
    const before = (await ctl('verify')).json.discrepancy_counts;
    const value = JSON.stringify({
      device_id: 'device-1',
      event_id: 'huge',
      ts: START,
      humidity: 1.7e308,
    });
    const [placed] = await producer.send({
      topic,
      messages: [{ key: 'device-1', value, timestamp: String(START) }],
    });
    await handleAll();
    const { missing_event = 0, ...others } = before;
    expect((await ctl('verify')).json.discrepancy_counts).toEqual({
      ...others,
      missing_event: missing_event + 1,
    });
    const source = `${topic}/${placed!.partition}/${placed!.baseOffset}`;
    const at = new Date(START);
    const document = { device_id: 'device-1', ts: at, received_at: at, source, humidity: 1.7e308 };
    await mongo.raw.insertOne({ _id: 'device-1/huge', event_id: 'huge', ...document });
    await mongo.devices.updateOne({ _id: 'device-1' }, { $min: { first_seen: at } });
    expect((await ctl('verify')).json.discrepancy_counts).toEqual(before);
  });
});
