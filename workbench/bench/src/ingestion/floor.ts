import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { GroupCommitProducer, type OutgoingRecord } from '@iot/kafka';
import { ByteBudget } from '@iot/resilience';

/**
 * What ingestion costs at least: node:http, kafkajs and the same group commit, with no framework,
 * no validation, no limits. The readings are parsed only as far as the key of their record asks
 * for.
 */
const topic = process.env['TELEMETRY_TOPIC'] ?? 'telemetry.raw';
const kafka = new Kafka({
  clientId: 'floor',
  brokers: (process.env['KAFKA_BOOTSTRAP_SERVERS'] ?? '').split(','),
  logLevel: logLevel.ERROR,
});
const producer = kafka.producer({
  allowAutoTopicCreation: false,
  createPartitioner: Partitioners.DefaultPartitioner,
});
const group = new GroupCommitProducer({
  send: (messages) => producer.send({ topic, messages, acks: -1 }),
  lanes: Number(process.env['PRODUCER_SENDS_IN_FLIGHT']),
  maxRecords: Number(process.env['PRODUCER_MAX_RECORDS']),
  maxBytes: 700_000,
  deadlineMs: 60_000,
  budget: new ByteBudget(Number.MAX_SAFE_INTEGER),
});

const recordOf = (value: string, timestamp: string): OutgoingRecord => ({
  key: (JSON.parse(value) as { device_id: string }).device_id,
  value,
  timestamp,
});

function records(request: IncomingMessage, body: Buffer): OutgoingRecord[] {
  const timestamp = String(Date.now());
  if (request.url === '/ingest') return [recordOf(body.toString(), timestamp)];
  const text = (
    request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
  ).toString();
  if (request.headers['content-type'] !== 'application/json')
    return text.split('\n').map((line) => recordOf(line, timestamp));
  return (JSON.parse(text) as { device_id: string }[]).map((item) => ({
    key: item.device_id,
    value: JSON.stringify(item),
    timestamp,
  }));
}

const server = createServer((request: IncomingMessage, response: ServerResponse) => {
  if (request.method === 'GET') return void response.end('ok');
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const batch = records(request, chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    group.send(batch).then(
      () => {
        const answer = JSON.stringify({ status: 'queued', accepted: batch.length });
        response.writeHead(202, {
          'content-type': 'application/json',
          'content-length': answer.length,
        });
        response.end(answer);
      },
      () => response.writeHead(503).end(),
    );
  });
});

await producer.connect();
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
