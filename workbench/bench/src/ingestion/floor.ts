import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { OutgoingRecord } from '@iot/kafka';
import { connect, group, recordOf } from './floor-output.js';

/**
 * What ingestion costs at least: node:http, kafkajs and the same group commit, with no framework,
 * no validation, no limits. The readings are parsed only as far as the key of their record asks
 * for.
 */
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

await connect();
server.listen(Number(process.env['PORT']), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
