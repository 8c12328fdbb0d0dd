import { topicFindings, type ActualTopic, type WantedTopic } from './topic-findings.js';

const DAY_MS = 86_400_000;
const raw: WantedTopic = { topic: 'raw', partitions: 12, replication: 3, role: 'telemetry' };
const settings = {
  'retention.ms': String(7 * DAY_MS),
  'cleanup.policy': 'delete',
  'min.insync.replicas': '2',
  'message.timestamp.type': 'CreateTime',
  'compression.type': 'producer',
  'max.message.bytes': '1048588',
};
const good: ActualTopic = { partitions: 12, replication: 3, settings };
const around = {
  brokers: 3,
  rawRetentionDays: 30,
  telemetryRetentionMs: 7 * DAY_MS,
  deadLetterRetentionMs: 30 * DAY_MS,
  telemetryMaxBytes: 1_048_588,
};
const found = (
  wanted: Partial<WantedTopic>,
  actual: Partial<ActualTopic> & { set?: Record<string, string> },
  brokers = 3,
): string[] =>
  topicFindings(
    { ...raw, ...wanted },
    { ...good, ...actual, settings: { ...settings, ...actual.set } },
    { ...around, brokers },
  ).map(({ status, unsafe, says }) => `${status} ${unsafe ?? '-'} ${says}`);
const dlq: Partial<WantedTopic> = { role: 'dead letters', topic: 'dlq' };
const retry: Partial<WantedTopic> = { role: 'retry' };
const keeps = (days: number): { set: Record<string, string> } => ({
  set: { 'retention.ms': String(days * DAY_MS), 'max.message.bytes': '2097152' },
});

describe('a topic', () => {
  it('is ok when it is as wanted', () => {
    expect(found({}, {})).toEqual(['ok - 12 partitions, 3 replicas, as wanted']);
  });

  it.each([['not there', undefined, 'warn - is not there']])('%s', (_, actual, line) => {
    const [finding] = topicFindings(raw, actual, around);
    expect(`${finding!.status} - ${finding!.says}`).toBe(line);
  });

  it.each([
    [{}, { partitions: 6 }, 3, /^warn - has 6 partitions, 12 are wanted$/],
    [{}, { partitions: 24 }, 3, /^warn - has 24 partitions, .* cannot be taken away/],
    [{}, { replication: 1 }, 3, /^fail replication has 1 replica on 3 brokers, 3 are wanted/],
    [{ replication: -1 }, { replication: 1 }, 3, /^fail replication has 1 replica on 3 brokers$/],
    [{ replication: -1 }, { replication: 1 }, 2, /^fail replication has 1 replica on 2 brokers$/],
    [{ replication: 3 }, { replication: 1 }, 1, /^warn - has one replica, as there is one broker/],
    [{ replication: 2 }, { replication: 2 }, 3, /^warn - has 2 replicas on 3 brokers/],
    [{}, { set: { 'min.insync.replicas': '1' } }, 3, /^fail in-sync-replicas .* one copy/],
    [{}, { set: { 'min.insync.replicas': '3' } }, 3, /^warn - .* nothing is taken while/],
    [{}, { set: { 'cleanup.policy': 'compact,delete' } }, 3, /^fail compaction /],
    [{}, { set: { 'retention.ms': '3600000' } }, 3, /^fail retention keeps records for 0.04 days/],
    [{}, { set: { 'retention.ms': '-1' } }, 3, /^warn - keeps records for ever, .* for 30/],
    [{}, { set: { 'message.timestamp.type': 'LogAppendTime' } }, 3, /^warn - .*LogAppendTime/],
    [{}, { set: { 'compression.type': 'zstd' } }, 3, /^warn - .*zstd/],
    [dlq, keeps(7), 3, /^fail retention .* readings are kept for 7 days: verify will miss/],
    [retry, keeps(30), 3, /^fail retention .* dead letters are kept for 30 days/],
    [{ ...dlq }, { set: { 'retention.ms': '-1' } }, 3, /^warn - max.message.bytes is 1048588/],
  ] as const)('%j as %j on %i brokers: one line', (wanted, actual, brokers, line) => {
    const lines = found(wanted, actual, brokers);
    expect(lines.filter((it) => line.test(it))).toHaveLength(1);
    expect(lines.filter((it) => !/nothing is taken|one copy/.test(it) && !line.test(it))).toEqual(
      [],
    );
  });

  it('of dead letters and retries is ok when it keeps records for longer', () => {
    expect(found(dlq, keeps(30))).toEqual(['ok - 12 partitions, 3 replicas, as wanted']);
    // Nothing is redriven to it, and its records are not those of a device.
    for (const role of ['alerts', 'results'] as const)
      for (const actual of [keeps(7), keeps(30), {}])
        expect(found({ role, topic: role }, actual)).toEqual([
          'ok - 12 partitions, 3 replicas, as wanted',
        ]);
    expect(found(retry, keeps(60))).toEqual(['ok - 12 partitions, 3 replicas, as wanted']);
    expect(found(retry, { set: { 'retention.ms': '-1', 'max.message.bytes': '2097152' } })).toEqual(
      ['ok - 12 partitions, 3 replicas, as wanted'],
    );
  });
});
