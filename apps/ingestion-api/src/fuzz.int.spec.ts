import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, createService } from '@iot/service';
import { ingestionConfig } from './config.js';
import { service } from './service.js';
import { expectedOf, storedIn } from './testing/expected-records.js';
import { Bodies, seededRandom, type FuzzedRequest } from './testing/fuzzed-requests.js';
import { allRecords } from './testing/topic.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121);
const CONNECTIONS = 16;
const DOCUMENTED = new Set([202, 400, 408, 413, 415]);

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

function send(port: number, { path, headers, body }: FuzzedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        port,
        host: '127.0.0.1',
        method: 'POST',
        path,
        headers: { ...headers, 'content-length': body.length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode!,
            type: response.headers['content-type'] ?? '',
            body: Buffer.concat(chunks).toString(),
          }),
        );
        response.on('error', reject);
      },
    );
    outgoing.setTimeout(20_000, () => outgoing.destroy(new Error('no answer within 20 s')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Starts a chunked body and never ends it. */
async function stall(port: number, body: Buffer): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  const part = body.subarray(0, body.length >> 1);
  socket.write(
    'POST /ingest/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n',
  );
  if (part.length > 0)
    socket.write(
      Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
    );
  const chunks: string[] = [];
  for await (const chunk of socket) chunks.push(String(chunk));
  return chunks.join('');
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** The readings of an accepted request, each as it should be stored. */
function accepted({ path, headers, text }: FuzzedRequest, answer: string): string[] {
  const said = JSON.parse(answer) as { accepted?: number; errors?: { index: number }[] };
  const key = headers['idempotency-key']?.replace(/^"(.*)"$/, '$1');
  if (path === '/ingest') return [expectedOf(JSON.parse(text!) as Record<string, unknown>, key)];
  const items = headers['content-type']!.startsWith('application/json')
    ? (JSON.parse(text!) as unknown[])
    : text!.split('\n').map((line) => (line.trim() === '' ? undefined : parse(line)));
  const refused = new Set(said.errors!.map(({ index }) => index));
  const good = items
    .filter((item, index) => !refused.has(index) && item !== undefined)
    .map((item) => expectedOf(item as Record<string, unknown>));
  expect(good).toHaveLength(said.accepted!);
  return good;
}

let app: NestFastifyApplication | undefined;
afterAll(async () => {
  agent.destroy();
  await app?.close();
});

describe('whatever is sent to the ingestion API', () => {
  it(
    `gets a documented answer, and what is accepted is in Kafka as the contract says (${RUNS} bodies)`,
    async () => {
      const log = createLogger('test', 'silent');
      const failures: unknown[] = [];
      log.error = ((...args: unknown[]) => failures.push(args)) as never;
      const topic = `fuzz-${randomUUID()}`;
      const env = {
        HOST: '127.0.0.1',
        AUTH: 'off',
        KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA']!,
        TELEMETRY_TOPIC: topic,
        DLQ_TOPIC: `${topic}.dlq`,
        INGEST_DEADLINE_MS: '20000',
        REQUEST_TIMEOUT_MS: '3000',
        HEADERS_TIMEOUT_MS: '3000',
      };
      const config = ingestionConfig(env);
      app = await createService(service, config, log);
      await app.listen(0, '127.0.0.1');
      const { port } = new URL(await app.getUrl());
      while (!(await fetch(`http://127.0.0.1:${port}/health/ready`)).ok)
        await new Promise((resolve) => setTimeout(resolve, 100));

      const bodies = new Bodies(seededRandom(SEED), Date.now());
      const expected: string[] = [];
      const statuses = new Map<number, number>();
      let left = RUNS;
      const work = async (): Promise<void> => {
        while (left-- > 0) {
          const sent = bodies.next();
          const answer = await send(Number(port), sent);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          if (!DOCUMENTED.has(answer.status))
            throw new Error(
              `${answer.status} ${answer.body} to ${JSON.stringify(sent.headers)} ${sent.body.toString().slice(0, 500)}`,
            );
          expect(answer.type).toMatch(
            answer.status === 202 ? /^application\/json/ : /^application\/problem\+json/,
          );
          if (answer.status !== 202) continue;
          if (sent.text === undefined)
            throw new Error(
              `accepted a body that cannot be inflated: ${sent.body.toString('base64')}`,
            );
          expected.push(...accepted(sent, answer.body));
        }
      };
      const stalled = Array.from({ length: Math.min(200, Math.ceil(RUNS / 500)) }, () =>
        stall(Number(port), bodies.next().body),
      );
      await Promise.all(Array.from({ length: CONNECTIONS }, work));
      for (const answer of await Promise.all(stalled))
        expect(answer).toMatch(/^HTTP\/1.1 (408|4\d\d) /);

      expect(failures).toEqual([]);
      expect(statuses.get(202)).toBeGreaterThan(RUNS / 10);
      for (const status of [400, 415])
        expect([status, statuses.get(status)]).toEqual([status, expect.any(Number)]);
      const stored = (await allRecords(config, topic)).map(storedIn);
      expect(stored.length).toBe(expected.length);
      expect(stored.sort()).toEqual(expected.sort());
    },
    120_000 + RUNS * 20,
  );
});
