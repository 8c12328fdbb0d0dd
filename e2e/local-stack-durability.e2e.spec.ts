import { type KafkaHandle, type MongoHandle, startKafka, startMongo } from '@iot/local-stack';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient, MongoServerError } from 'mongodb';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const ROUNDS = 4;
const WRITERS = 4;

let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'iot-durability-'))));
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

describe('the MongoDB server of the local stack, killed while it is written to', () => {
  let mongo: MongoHandle;
  beforeEach(async () => (mongo = await startMongo({ dataDir, standIn: true })));
  afterEach(() => mongo.stop());

  it('keeps every write it acknowledged, and no half of another', async () => {
    const acknowledged = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all([
        writeUntilItDies(mongo.url, round, acknowledged),
        sleep(400 + 150 * round).then(() => mongo.kill()),
      ]);
      await mongo.restart();
      const client = await MongoClient.connect(mongo.url);
      try {
        const events = client.db('durability').collection<{ _id: string }>('events');
        const stored = new Set((await events.find({}).toArray()).map((event) => event._id));
        expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([]);
        // The index and the documents are of one mind: what the index calls a duplicate can be
        // found, by its id and by a scan.
        for (const id of lastIds(round)) {
          const refused = await insertRefused(events, id);
          expect({ id, refused }).toEqual({ id, refused: stored.has(id) });
          expect(await events.findOne({ _id: id })).not.toBeNull();
        }
      } finally {
        await client.close();
      }
    }
    expect(acknowledged.size).toBeGreaterThan(ROUNDS * WRITERS);
  });

  /**
   * Ids that were being written around the time of the kill: some acknowledged, some stored without
   * an answer, some never sent.
   */
  const attempted: string[][] = [];
  const lastIds = (round: number): string[] => (attempted[round] ?? []).slice(-50);

  async function writeUntilItDies(
    url: string,
    round: number,
    acknowledged: Set<string>,
  ): Promise<void> {
    const client = await MongoClient.connect(url, {
      serverSelectionTimeoutMS: 500,
      retryWrites: false,
    });
    const events = client.db('durability').collection<{ _id: string; value: number }>('events');
    const ids: string[] = (attempted[round] = []);
    const writer = async (lane: number): Promise<void> => {
      for (let i = 0; ; i++) {
        const batch = Array.from({ length: lane === 0 ? 50 : 1 }, (_, k) => ({
          _id: `${round}-${lane}-${i}-${k}`,
          value: i,
        }));
        ids.push(...batch.map((event) => event._id));
        await events.insertMany(batch, { ordered: false });
        for (const { _id } of batch) acknowledged.add(_id);
      }
    };
    await Promise.allSettled(Array.from({ length: WRITERS }, (_, lane) => writer(lane)));
    await client.close();
  }
});

describe('the Kafka of the local stack, killed after it acknowledged', () => {
  let kafka: KafkaHandle;
  beforeEach(async () => (kafka = await startKafka({ dataDir })));
  afterEach(() => kafka.stop());

  it('has every record after the restart, on the same port', async () => {
    const client = new Kafka({
      brokers: [kafka.bootstrap],
      logLevel: logLevel.NOTHING,
      retry: { retries: 20 },
    });
    const admin = client.admin();
    const producer = client.producer();
    try {
      await admin.connect();
      // kafkajs gives up waiting for a leader too soon on a new broker; its producer tries again.
      await admin.createTopics({
        topics: [{ topic: 'kept', numPartitions: 1 }],
        waitForLeaders: false,
      });
      await producer.connect();
      for (let i = 0; i < 20; i++)
        await producer.send({
          topic: 'kept',
          acks: -1,
          messages: Array.from({ length: 100 }, (_, k) => ({ value: `${i}/${k}` })),
        });
      const address = kafka.bootstrap;
      await kafka.kill();
      await kafka.restart();
      expect(kafka.bootstrap).toBe(address);
      expect((await admin.fetchTopicOffsets('kept'))[0]?.high).toBe('2000');
    } finally {
      await Promise.all([producer.disconnect(), admin.disconnect()]);
    }
  });
});

async function insertRefused(
  events: { insertOne(document: { _id: string }): Promise<unknown> },
  id: string,
): Promise<boolean> {
  try {
    await events.insertOne({ _id: id });
    return false;
  } catch (error) {
    if (error instanceof MongoServerError && error.code === 11000) return true;
    throw error;
  }
}
