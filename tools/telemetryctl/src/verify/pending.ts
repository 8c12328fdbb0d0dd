import type { PartitionRange } from '@iot/kafka';
import { openRecords, type Snapshot } from './snapshot.js';

/** Records of one topic that a group has not handled yet. */
export interface Pending {
  readonly group: string;
  readonly topic: string;
  readonly records: number;
  /** Members that the group had. 0: nobody handles them. */
  readonly members: number;
  /** Whether the group ever committed an offset of the telemetry topic. */
  readonly hasCommitted: boolean;
}

/** What waits for which group, by topic; nothing of topics on which nothing waits. */
export async function pendingOf(
  { aggregator, alerts, ranges }: Snapshot,
  topic: string,
  rangesOf: (topic: string) => Promise<readonly PartitionRange[]>,
): Promise<Pending[]> {
  const found: Pending[] = [];
  for (const { group, committed, retry, members } of [aggregator, alerts]) {
    const who = { group, members, hasCommitted: committed.size > 0 };
    found.push({ ...who, topic, records: openRecords(ranges, committed) });
    for (const [name, offsets] of retry)
      found.push({ ...who, topic: name, records: openRecords(await rangesOf(name), offsets) });
  }
  return found.filter(({ records }) => records > 0);
}

/** What waits for a group without members: started or not, nobody is about to handle it. */
export const unattended = (pending: readonly Pending[]): Pending[] =>
  pending.filter(({ members }) => members === 0);

/** For people. */
export function pendingText({ group, topic, records, members, hasCommitted }: Pending): string {
  const state = [
    ...(hasCommitted ? [] : ['never committed an offset']),
    ...(members > 0 ? [] : ['has no members']),
  ];
  const whose = state.length > 0 ? `, which ${state.join(' and ')}` : '';
  return `${records.toLocaleString('en')} records of ${topic} are pending for ${group}${whose}.`;
}
