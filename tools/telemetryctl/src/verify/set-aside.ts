import { INTAKE_STAGE, type OnBatch } from '@iot/kafka';
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

type Headers = Parameters<OnBatch>[0]['messages'][number]['headers'];

/** One of the headers that say where a record was set aside, the last where there are several. */
function headerText(headers: Headers, name: `__dlq.${string}`): string | undefined {
  const value = headers?.[name];
  return (Array.isArray(value) ? value.at(-1) : value)?.toString();
}

/**
 * Marks the records that a group has set aside: on its retry topics from the committed offset on,
 * and among the dead letters.
 * @returns dead letters that were refused where they came in, and are no records of the log
 */
export async function markSetAside({
  read,
  topic,
  dlqTopic,
  snapshot,
  index,
  alertRules,
}: SetAsideContext): Promise<number> {
  const mark = (headers: Headers, as: number): void => {
    const place = originalPlace(headers, topic, index);
    if (!place) return;
    const last = lastOffset(headers, place);
    for (let { offset } = place; offset <= last; offset++) place.partition.mark(offset, as);
  };
  for (const [name, from] of snapshot.aggregator.retry)
    await read(
      name,
      ({ messages }) => messages.forEach(({ headers }) => mark(headers, MARK.inRetry)),
      { from },
    );
  for (const [name, committed] of snapshot.alerts.retry)
    await read(name, ({ partition, messages }) => {
      for (const { headers, offset, key } of messages)
        if (Number(offset) >= (committed.get(partition) ?? 0)) mark(headers, MARK.notEvaluated);
        // Redriven: evaluated, and later than its place in the log says.
        else alertRules.unordered.add(key?.toString('latin1') ?? '');
    });
  let refusedAtIntake = 0;
  if (!snapshot.topics.includes(dlqTopic)) return refusedAtIntake;
  await read(dlqTopic, ({ messages }) => {
    for (const { headers } of messages) {
      const group = headerText(headers, '__dlq.errors.group');
      if (group === snapshot.aggregator.group) mark(headers, MARK.dead);
      else if (group === snapshot.alerts.group) mark(headers, MARK.notEvaluated);
      else if (headerText(headers, '__dlq.errors.stage') === INTAKE_STAGE) refusedAtIntake++;
    }
  });
  return refusedAtIntake;
}

/** A letter may stand for a whole batch that could not be read. */
const lastOffset = (
  headers: Headers,
  { partition, offset }: { partition: PartitionIndex; offset: number },
): number => {
  const last = Number(headerText(headers, '__dlq.batch.last.offset') ?? offset);
  return Math.min(Number.isInteger(last) ? last : offset, partition.end - 1);
};

/**
 * Where the record that the headers tell of stands on the telemetry topic; undefined where they do
 * not say, or retention has removed it.
 */
function originalPlace(
  headers: Headers,
  topic: string,
  index: LogIndex,
): { partition: PartitionIndex; offset: number } | undefined {
  if (headerText(headers, '__dlq.errors.topic') !== topic) return undefined;
  const partition = index.get(Number(headerText(headers, '__dlq.errors.partition') ?? NaN));
  const offset = Number(headerText(headers, '__dlq.errors.offset') ?? NaN);
  return partition?.holds(offset) ? { partition, offset } : undefined;
}
