import { DLQ_HEADER, headerText, SET_ASIDE_HEADER } from '@iot/common/kafka';
import type { AlertRules } from './alert-rules.js';
import { MARK, type LogIndex, type PartitionIndex } from './log-index.js';
import type { Snapshot } from './snapshot.js';
import type { Sources } from './sources.js';

export interface SetAsideContext extends Sources {
  readonly topic: string;
  readonly dlqTopic: string;
  readonly snapshot: Snapshot;
  readonly index: LogIndex;
  readonly alertRules: AlertRules;
}

type Headers = Parameters<typeof headerText>[0];

/** Marks the records that a group has set aside: on its retry topics from the committed offset on, and among the dead letters. */
export async function markSetAside({ read, topic, dlqTopic, snapshot, index, alertRules }: SetAsideContext): Promise<void> {
  const mark = (headers: Headers, as: number): void => {
    const place = originalPlace(headers, topic, index);
    if (!place) return;
    const last = lastOffset(headers, place);
    for (let { offset } = place; offset <= last; offset++) place.partition.mark(offset, as);
  };
  for (const [name, from] of snapshot.aggregator.retry)
    await read(name, ({ messages }) => messages.forEach(({ headers }) => mark(headers, MARK.inRetry)), { from });
  for (const [name, committed] of snapshot.alerts.retry)
    await read(name, ({ partition, messages }) => {
      for (const { headers, offset, key } of messages)
        if (Number(offset) >= (committed.get(partition) ?? 0)) mark(headers, MARK.notEvaluated);
        // Redriven: evaluated, and later than its place in the log says.
        else alertRules.unordered.add(key?.toString('latin1') ?? '');
    });
  if (!snapshot.topics.includes(dlqTopic)) return;
  await read(dlqTopic, ({ messages }) => {
    for (const { headers } of messages) {
      const group = headerText(headers, DLQ_HEADER.group);
      if (group === snapshot.aggregator.group) mark(headers, MARK.dead);
      else if (group === snapshot.alerts.group) mark(headers, MARK.notEvaluated);
    }
  });
}

/** A letter may stand for a whole batch that could not be read. */
const lastOffset = (headers: Headers, { partition, offset }: { partition: PartitionIndex; offset: number }): number => {
  const last = Number(headerText(headers, SET_ASIDE_HEADER.lastOffset) ?? offset);
  return Math.min(Number.isInteger(last) ? last : offset, partition.end - 1);
};

/** Where the record that the headers tell of stands on the telemetry topic; undefined where they do not say, or retention has removed it. */
function originalPlace(headers: Headers, topic: string, index: LogIndex): { partition: PartitionIndex; offset: number } | undefined {
  if (headerText(headers, DLQ_HEADER.topic) !== topic) return undefined;
  const partition = index.get(Number(headerText(headers, DLQ_HEADER.partition) ?? NaN));
  const offset = Number(headerText(headers, DLQ_HEADER.offset) ?? NaN);
  return partition?.holds(offset) ? { partition, offset } : undefined;
}
