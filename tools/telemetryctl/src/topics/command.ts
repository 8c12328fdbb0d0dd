import type { Command } from 'commander';
import { topicRanges, topicSettings } from '@iot/kafka';
import { groupsOf } from '../connection/config.js';
import type { Platform } from '../connection/platform.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { table } from '../output/table.js';
import { retryTopicsOf } from '../verify/snapshot.js';

const HELP = `
RECORDS is what is retained, FIRST and END are the lowest and highest offsets over the partitions. BEHIND counts partitions with a replica
that does not keep up.

Examples:
  $ npm run ctl -- topics
  $ npm run ctl -- --json topics`;

interface TopicInfo {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  /** Partitions with a replica out of sync. */
  readonly behind: number;
  readonly records: number;
  readonly first: number;
  readonly end: number;
  readonly retentionMs: number | null;
  readonly cleanup: string;
}

/** `topics`: the platform's topics as they are. */
export function addTopics(program: Command, context: Context): void {
  program
    .command('topics')
    .description(
      'the telemetry, retry and dead-letter topics: partitions, records, retention, replication',
    )
    .addHelpText('after', HELP)
    .action(() =>
      context.run({ mongo: false }, async (platform) => {
        const { topics, missing } = await describe(platform);
        context.print({ topics, missing }, () => topicsText(topics, missing));
        return EXIT.ok;
      }),
    );
}

async function describe({
  admin,
  config,
}: Platform): Promise<{ topics: TopicInfo[]; missing: string[] }> {
  const { TELEMETRY_TOPIC, DLQ_TOPIC } = config;
  const existing = await admin.listTopics();
  const wanted = [TELEMETRY_TOPIC, DLQ_TOPIC];
  const names = wanted.filter((name) => existing.includes(name));
  for (const group of groupsOf(config))
    names.push(...retryTopicsOf(existing, TELEMETRY_TOPIC, group));
  const missing = wanted.filter((name) => !existing.includes(name));
  if (names.length === 0) return { topics: [], missing };
  const { topics: metadata } = await admin.fetchTopicMetadata({ topics: names });
  const settings = await topicSettings(admin, names);
  const topics: TopicInfo[] = [];
  for (const topic of names) {
    const ranges = await topicRanges(admin, topic);
    const partitions = metadata.find(({ name }) => name === topic)?.partitions ?? [];
    const retention = Number(settings.get(topic)?.['retention.ms'] ?? -1);
    topics.push({
      topic,
      partitions: ranges.length,
      replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      behind: partitions.filter(({ replicas, isr }) => isr.length < replicas.length).length,
      records: ranges.reduce((sum, { low, end }) => sum + end - low, 0),
      first: Math.min(...ranges.map(({ low }) => low)),
      end: Math.max(...ranges.map(({ end }) => end)),
      retentionMs: retention < 0 ? null : retention,
      cleanup: settings.get(topic)?.['cleanup.policy'] ?? '',
    });
  }
  return { topics, missing };
}

const DAY_MS = 86_400_000;

function topicsText(topics: readonly TopicInfo[], missing: readonly string[]): string {
  const rows = topics.map(
    ({ topic, partitions, replication, behind, records, first, end, retentionMs, cleanup }) => [
      topic,
      String(partitions),
      records.toLocaleString('en'),
      String(first),
      String(end),
      retentionMs === null ? 'for ever' : `${Number((retentionMs / DAY_MS).toFixed(2))} d`,
      cleanup,
      String(replication),
      String(behind),
    ],
  );
  const header = [
    'TOPIC',
    'PARTITIONS',
    'RECORDS',
    'FIRST',
    'END',
    'RETENTION',
    'CLEANUP',
    'REPLICAS',
    'BEHIND',
  ];
  const notes = missing.map(
    (name) => `${name} does not exist: the services create it when they start`,
  );
  return [
    ...(rows.length > 0 ? [table(rows, { header, right: [1, 2, 3, 4, 7, 8] })] : []),
    ...notes,
  ].join('\n');
}
