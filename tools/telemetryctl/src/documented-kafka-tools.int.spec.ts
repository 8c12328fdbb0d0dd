import { jest } from '@jest/globals';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { createKafka } from '@iot/kafka';
import { ensureBackends } from '@iot/local-stack';
import { createLogger } from '@iot/service';
import { loadSettings } from './connection/config.js';
import { topicFindings, type ActualTopic } from './doctor/core/topic-findings.js';
import { documentedLines } from './testing/documented-commands.js';

const id = randomUUID().slice(0, 8);
const raw = `raw-${id}`;
Object.assign(process.env, { KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] });
const admin = createKafka(loadSettings(), 'test', createLogger('test', 'silent')).admin();
jest.setTimeout(60_000);

/** What Kafka's scripts run. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'kafka-configs.sh': 'kafka.admin.ConfigCommand',
  'kafka-consumer-groups.sh': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-topics.sh': 'org.apache.kafka.tools.TopicCommand',
};

/** What doctor tells one to run, about a topic of which everything is wrong. */
function commandsOfDoctor(): string[] {
  const day = 86_400_000;
  const around = {
    brokers: 3,
    rawRetentionDays: 30,
    telemetryRetentionMs: 7 * day,
    deadLetterRetentionMs: 30 * day,
    telemetryMaxBytes: 1_048_588,
  };
  const actual: ActualTopic = {
    partitions: 1,
    replication: 3,
    settings: {
      'retention.ms': '3600000',
      'cleanup.policy': 'compact',
      'min.insync.replicas': '1',
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': '1000000',
    },
  };
  const wanted = { topic: raw, partitions: 2, replication: 3 };
  return (['telemetry', 'retry'] as const)
    .flatMap((role) => topicFindings({ ...wanted, role }, actual, around))
    .flatMap(({ todo }) => /kafka-[a-z]+\.sh --[^,]+/.exec(todo ?? '') ?? []);
}

const documented = documentedLines(/(?<=^\s*|`)kafka-[a-z-]+\.sh [^`]+/g);
/** One of each kind: those that differ in a number alone are the same. */
const commands = [
  ...new Map(
    [...documented.map(({ text }) => text), ...commandsOfDoctor()].map((line) => [
      line.replace(/=\d+$/, ''),
      line,
    ]),
  ).values(),
];

beforeAll(async () => {
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: raw, numPartitions: 1 }], waitForLeaders: false });
});
afterAll(async () => {
  await admin.deleteTopics({ topics: [raw] });
  await admin.disconnect();
});

it('finds those of the pages and of doctor', () => {
  expect(documented.map(({ page }) => page)).toEqual([
    'docs/production.md',
    'docs/runbooks/verify-discrepancy.md',
  ]);
  expect(commands.filter((line) => line.startsWith('kafka-configs.sh'))).toHaveLength(5);
});

it.each(commands)('Kafka’s own program takes %s', async (line) => {
  const [script, ...words] = line
    .replaceAll('--bootstrap-server …', `--bootstrap-server ${process.env['TEST_KAFKA']}`)
    .replaceAll('telemetry.raw', raw)
    .replace(/--group (\S+)/, `--group $1-${id}`)
    .split(/\s+/);
  const { classPath } = await ensureBackends();
  const jvm = ['-XX:TieredStopAtLevel=1', '-Xshare:auto', '-cp', classPath];
  const { stdout, stderr } = await promisify(execFile)('java', [
    ...jvm,
    PROGRAMS[script!]!,
    ...words,
  ]);
  expect(stdout + stderr).not.toMatch(/^Error|Exception|Missing/m);
});
