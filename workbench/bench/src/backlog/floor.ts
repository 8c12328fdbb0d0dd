import { createServer } from 'node:http';
import { Kafka, logLevel } from 'kafkajs';
import { MongoClient } from 'mongodb';

/**
 * A process that does the least a consumer has to do: kafkajs eachBatch and JSON.parse, and with
 * MONGO_DB set insertMany of the documents that the aggregator stores. Fetch sizes and concurrency
 * are the workers' defaults. It answers /health/ready, so that it is started as they are.
 */
const topic = process.env['TELEMETRY_TOPIC']!;
const database = process.env['MONGO_DB'];
const consumer = new Kafka({
  clientId: 'floor',
  brokers: process.env['KAFKA_BOOTSTRAP_SERVERS']!.split(','),
  logLevel: logLevel.ERROR,
}).consumer({
  groupId: process.env['CONSUMER_GROUP']!,
  sessionTimeout: 30_000,
  maxWaitTimeInMs: 2000,
  maxBytes: 4_194_304,
  maxBytesPerPartition: 1_048_576,
  allowAutoTopicCreation: false,
});

interface Parsed {
  event_id: string;
  device_id: string;
  ts: number;
  [field: string]: unknown;
}

const raw =
  database === undefined
    ? undefined
    : new MongoClient(process.env['MONGO_URL']!, { writeConcern: { w: 'majority' } })
        .db(database)
        .collection<{ _id: string }>('telemetry_raw');
let joined = false;
let parsed = 0;
consumer.on(consumer.events.GROUP_JOIN, () => (joined = true));
consumer.on(consumer.events.CRASH, ({ payload: { error } }) => {
  console.error(error);
  process.exit(1);
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 4,
  eachBatch: async ({ batch: { messages, partition } }) => {
    if (!raw) {
      for (const { value } of messages)
        if ((JSON.parse(String(value)) as Parsed).event_id) parsed++;
      return;
    }
    const documents = messages.map(({ value, offset, timestamp }) => {
      const { event_id, device_id, ts, ...rest } = JSON.parse(String(value)) as Parsed;
      return {
        _id: `${device_id}/${event_id}`,
        event_id,
        device_id,
        ...rest,
        ts: new Date(ts),
        received_at: new Date(Number(timestamp)),
        source: `${topic}/${partition}/${offset}`,
      };
    });
    await raw.insertMany(documents, { ordered: false });
    parsed += documents.length;
  },
});
createServer((_request, response) =>
  response.writeHead(joined ? 200 : 503).end(String(parsed)),
).listen(Number(process.env['PORT']), '127.0.0.1');
process.once('SIGTERM', () => void consumer.disconnect().finally(() => process.exit(0)));
