import { headerText, readTopic, RETRY_DUE_HEADER, topicRanges } from '@iot/kafka';
import { groupsOf } from '../connection/config.js';
import type { Platform } from '../connection/platform.js';
import type { CommitDelay } from './by-design.js';
import { committedOffsets, retryTopicsOf } from '../verify/snapshot.js';

/** Where a group stands on one partition. */
export interface PartitionLag {
  readonly partition: number;
  /** First offset not handled; null: it has committed none. */
  readonly committed: number | null;
  readonly end: number;
  /** Records that are not handled yet. */
  readonly records: number;
  /**
   * Since the oldest record that is not handled arrived; 0 when there is none. On a retry topic:
   * since it was due, negative before.
   */
  readonly seconds: number;
  /** Records that retention removed before they were handled. */
  readonly lost: number;
}

export interface TopicLag {
  readonly group: string;
  readonly topic: string;
  /** Members of the group that run. */
  readonly members: number;
  readonly partitions: readonly PartitionLag[];
  /** How late it commits by design; null: at once. */
  readonly commitsLate: CommitDelay | null;
}

/**
 * How far the groups are behind, on the telemetry topic and on their retry topics. @param now epoch
 * ms
 */
export async function measureLag(platform: Platform, now = Date.now()): Promise<TopicLag[]> {
  const { admin, config } = platform;
  const topics = await admin.listTopics();
  const groups = groupsOf(config);
  const { groups: described } = await admin.describeGroups(groups);
  const lags: TopicLag[] = [];
  for (const group of groups) {
    const members = described.find(({ groupId }) => groupId === group)?.members.length ?? 0;
    const telemetry = topics.includes(config.TELEMETRY_TOPIC) ? [config.TELEMETRY_TOPIC] : [];
    for (const topic of [...telemetry, ...retryTopicsOf(topics, config.TELEMETRY_TOPIC, group)])
      lags.push({
        group,
        topic,
        members,
        commitsLate:
          group === config.AGGREGATOR_GROUP
            ? { ms: config.LARGER_WINDOWS_WRITE_MS, variable: 'LARGER_WINDOWS_WRITE_MS' }
            : null,
        partitions: await partitionsOf(platform, group, topic, now),
      });
  }
  return lags;
}

async function partitionsOf(
  { kafka, admin }: Platform,
  group: string,
  topic: string,
  now: number,
): Promise<PartitionLag[]> {
  const committed = await committedOffsets(admin, group, topic);
  const ranges = await topicRanges(admin, topic);
  const next = new Map(
    ranges.map(({ partition, low }) => [partition, Math.max(low, committed.get(partition) ?? low)]),
  );
  const behind = ranges
    .filter(({ partition, end }) => next.get(partition)! < end)
    .map(({ partition }) => partition);
  const since = new Map<number, number>();
  const to = new Map(behind.map((partition) => [partition, next.get(partition)! + 1]));
  await readTopic(
    kafka,
    topic,
    ({ partition, messages: [first] }) => {
      if (first)
        since.set(
          partition,
          Number(headerText(first.headers, RETRY_DUE_HEADER) ?? first.timestamp),
        );
    },
    { from: next, to },
  );
  return ranges.map(({ partition, low, end }) => {
    const records = Math.max(0, end - next.get(partition)!);
    const from = since.get(partition);
    const at = committed.get(partition);
    const seconds = records === 0 || from === undefined ? 0 : (now - from) / 1000;
    return {
      partition,
      committed: at ?? null,
      end,
      records,
      seconds,
      lost: at === undefined ? 0 : Math.max(0, low - at),
    };
  });
}
