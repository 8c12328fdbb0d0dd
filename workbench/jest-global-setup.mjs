import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, startMongo } from './local-stack/dist/index.js';

/**
 * One Kafka and one in-memory MongoDB-protocol server for all integration tests of this run. Their
 * addresses are in TEST_KAFKA (host:port) and TEST_MONGO (mongodb://…); where a variable is set
 * already, that server is used and none is started.
 */
export default async function startBackends() {
  const dataDir = mkdtempSync(join(tmpdir(), 'iot-jest-'));
  const [kafka, mongo] = await Promise.all([
    process.env.TEST_KAFKA ? undefined : startKafka({ dataDir: join(dataDir, 'kafka') }),
    process.env.TEST_MONGO ? undefined : startMongo({ inMemory: true }),
  ]);
  if (kafka) process.env.TEST_KAFKA = kafka.bootstrap;
  if (mongo) process.env.TEST_MONGO = mongo.url;
  globalThis.testBackends = { dataDir, started: [kafka, mongo].filter(Boolean) };
}
