import { topicRanges, type Admin, type PartitionRange } from '@iot/kafka';
import { CommandError } from '../exit.js';

/**
 * What a group has committed on one topic: partition to the first offset not handled. A partition
 * without a commit is absent.
 */
export type Committed = ReadonlyMap<number, number>;

/** @throws kafkajs's error */
export async function committedOffsets(
  admin: Admin,
  groupId: string,
  topic: string,
): Promise<Committed> {
  const [answer] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return new Map(
    (answer?.partitions ?? [])
      .filter(({ offset }) => Number(offset) >= 0)
      .map(({ partition, offset }) => [partition, Number(offset)]),
  );
}

/** Retained records of these ranges that are not committed. */
export const openRecords = (ranges: readonly PartitionRange[], committed: Committed): number =>
  ranges.reduce(
    (open, { partition, low, end }) =>
      open + Math.max(0, end - Math.max(low, committed.get(partition) ?? low)),
    0,
  );

/**
 * Retry topics of a group that exist, shortest delay first: also those that a lower MAX_RETRIES no
 * longer uses.
 */
export function retryTopicsOf(existing: readonly string[], topic: string, group: string): string[] {
  const prefix = `${topic}.${group}.retry.`;
  const hops = existing
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)));
  return hops
    .filter((hop) => Number.isInteger(hop) && hop > 0)
    .sort((a, b) => a - b)
    .map((hop) => prefix + hop);
}

/** One group's position on the telemetry topic and on its retry topics. */
export interface GroupPosition {
  readonly group: string;
  /** Processes that consume in it. */
  readonly members: number;
  readonly committed: Committed;
  readonly retry: ReadonlyMap<string, Committed>;
}

/**
 * The positions before anything is read: what lies before them was handled before, so it must be
 * found.
 */
export interface Snapshot {
  readonly topics: readonly string[];
  readonly ranges: readonly PartitionRange[];
  readonly aggregator: GroupPosition;
  readonly alerts: GroupPosition;
}

/** @throws CommandError when the telemetry topic does not exist */
export async function takeSnapshot(
  admin: Admin,
  topic: string,
  groups: { aggregator: string; alerts: string },
): Promise<Snapshot> {
  const topics = await admin.listTopics();
  if (!topics.includes(topic))
    throw new CommandError(
      `there is no topic ${topic}; set TELEMETRY_TOPIC, or start a service, which creates it`,
    );
  const { groups: described } = await admin.describeGroups([groups.aggregator, groups.alerts]);
  const position = async (group: string): Promise<GroupPosition> => {
    const committed = await committedOffsets(admin, group, topic);
    const retry = new Map<string, Committed>();
    for (const name of retryTopicsOf(topics, topic, group))
      retry.set(name, await committedOffsets(admin, group, name));
    const members = described.find(({ groupId }) => groupId === group)?.members.length ?? 0;
    return { group, members, committed, retry };
  };
  const [aggregator, alerts] = [await position(groups.aggregator), await position(groups.alerts)];
  return { topics, aggregator, alerts, ranges: await topicRanges(admin, topic) };
}
