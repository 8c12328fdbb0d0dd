import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ensureBackends } from '@iot/local-stack';
import { Kafka, logLevel } from 'kafkajs';
import { eventually, startPlatform, WORKERS, type Platform } from './platform.js';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const EACH = 500;

let platform: Platform;
let classes: string;
beforeAll(async () => {
  const { classPath } = await ensureBackends();
  classes = await mkdtemp(join(tmpdir(), 'iot-codecs-'));
  const source = join(import.meta.dirname, 'codecs', 'Produce.java');
  await promisify(execFile)('javac', ['-cp', classPath, '-d', classes, source]);
  platform = await startPlatform({}, { inMemory: true, only: WORKERS });
}, 180_000);
afterAll(async () => {
  await platform?.stop();
  await rm(classes, { recursive: true, force: true });
}, 60_000);

/**
 * Produces readings with Kafka's own client, which compresses with the libraries that everybody
 * else uses.
 */
async function produce(
  codec: string,
  topic: string,
  records: readonly { key: string; value: string }[],
): Promise<void> {
  const { classPath } = await ensureBackends();
  const jvm = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', `${classes}:${classPath}`];
  const args = [...jvm, 'Produce', platform.kafka.bootstrap, topic, codec];
  const java = spawn('java', args, { stdio: ['pipe', 'ignore', 'inherit'] });
  java.stdin.end(records.map(({ key, value }) => `${key}\t${value}\n`).join(''));
  const [code] = await once(java, 'exit');
  expect(code).toBe(0);
}

const readings = (device: string, count: number): { key: string; value: string }[] =>
  Array.from({ length: count }, (_, i) => ({
    key: device,
    value: JSON.stringify({
      device_id: device,
      event_id: `${i}`,
      ts: Date.now() - i,
      humidity: (i * 7) % 100,
      temperature_c: 20 + (i % 9),
    }),
  }));

const stored = (device: string): Promise<number> =>
  platform.db.collection('telemetry_raw').countDocuments({ device_id: device });

it('takes what any producer compressed, by any codec, and what the broker compresses', async () => {
  await Promise.all(
    CODECS.map((codec) => produce(codec, 'telemetry.raw', readings(`by-${codec}`, EACH))),
  );
  for (const codec of CODECS)
    await eventually(
      `all of ${codec} are stored`,
      async () => (await stored(`by-${codec}`)) === EACH,
    );
  const admin = new Kafka({
    brokers: [platform.kafka.bootstrap],
    logLevel: logLevel.NOTHING,
  }).admin();
  await admin.connect();
  const TOPIC = 2;
  for (const codec of CODECS) {
    const configEntries = [{ name: 'compression.type', value: codec }];
    await admin.alterConfigs({
      validateOnly: false,
      resources: [{ type: TOPIC, name: 'telemetry.raw', configEntries }],
    });
    await produce('none', 'telemetry.raw', readings(`broker-${codec}`, EACH));
    await eventually(
      `all that the broker compressed with ${codec} are stored`,
      async () => (await stored(`broker-${codec}`)) === EACH,
    );
  }
  const letters = await admin.fetchTopicOffsets('telemetry.dlq');
  expect(letters.every(({ high }) => high === '0')).toBe(true);
  await admin.disconnect();
}, 240_000);
