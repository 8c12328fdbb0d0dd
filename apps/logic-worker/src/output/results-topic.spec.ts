import { Sends, type Kafka } from '@iot/kafka';
import { RecordedTraces } from '@iot/tracing/testing';
import { ResultsTopic } from './results-topic.js';

interface Sent {
  readonly topic: string;
  readonly messages: readonly { readonly headers: Record<string, string> }[];
}

const TOPIC = { name: 'telemetry.results', partitions: 1, replication: 1 };
const RESULT = {
  machine: 'press-1',
  id: 'wear/1/telemetry.raw/0/7/0',
  source: '/logic/wear/1',
  arrived: '1800000000000',
  ts: 1_800_000_000_000,
  json: '{"wear":1}',
};

/** A Kafka that has the topic and takes all records. */
function kafkaTaking(sent: Sent[]): Kafka {
  const done = () => Promise.resolve();
  const producer = { connect: done, send: (it: Sent) => Promise.resolve(void sent.push(it)) };
  const admin = {
    ...{ connect: done, disconnect: done, createTopics: () => Promise.resolve(true) },
    listTopics: () => Promise.resolve([TOPIC.name]),
  };
  return { producer: () => producer, admin: () => admin } as unknown as Kafka;
}

let traces: RecordedTraces;
let sent: Sent[];
let results: ResultsTopic;
beforeEach(() => {
  traces = new RecordedTraces();
  sent = [];
  results = new ResultsTopic(kafkaTaking(sent), TOPIC, new Sends(TOPIC.name, traces));
});
const headers = () => sent.flatMap(({ messages }) => messages.map((one) => one.headers));

it('gives results the trace of the batch that they came from', async () => {
  const batch = traces.start('process telemetry.raw', { kind: 'consumer' })!;
  await traces.within(batch, () => results.publish(Array<typeof RESULT>(1200).fill(RESULT)));
  const [, send] = traces.spans;
  expect(send).toMatchObject({
    name: 'send telemetry.results',
    parent: batch.traceparent,
    attributes: { 'messaging.batch.message_count': 1200 },
    ended: true,
  });
  expect(sent.map(({ messages }) => messages.length)).toEqual([1000, 200]);
  expect(new Set(headers().map(({ traceparent }) => traceparent))).toEqual(
    new Set([`00-${'a'.repeat(32)}-${'1'.padStart(16, '0')}-01`]),
  );
});

it('gives them none where nothing is traced', async () => {
  await results.publish([RESULT]);
  expect(headers()).toMatchObject([{ ce_id: RESULT.id }]);
  expect(headers()[0]).not.toHaveProperty('traceparent');
});
