import { topicRanges } from '@iot/kafka';
import { timeText } from '@iot/printable';
import { matches, type DeadLetter, type Filter } from './dead-letter.js';
import type { DeadLetterLog } from './log.js';
import { readDeadLetters } from './read-dead-letters.js';

/** A dead letter without its record. */
export type ListedLetter = Omit<DeadLetter, 'record'>;

/** How many dead letters failed in one way. */
export interface FailureCount {
  group: string;
  stage: string;
  reason: string;
  count: number;
  /** When the last of them first failed, epoch ms. */
  last: number;
}

/** Dead letters by group, stage and reason, and the last of them to fail. */
export interface Listing {
  readonly total: number;
  readonly groups: readonly FailureCount[];
  /** The newest failure first. */
  readonly letters: readonly ListedLetter[];
}

/** Counts letters by how they failed. */
export function countFailures(letters: Iterable<ListedLetter>): FailureCount[] {
  const counts = new FailureCounts();
  for (const letter of letters) counts.add(letter);
  return counts.sorted();
}

class FailureCounts {
  private readonly counts = new Map<string, FailureCount>();

  add({ foreign, group: own, stage, reason, failedAt }: ListedLetter): void {
    const group = foreign ? '(foreign)' : own;
    const id = JSON.stringify([group, stage, reason]);
    const entry = this.counts.get(id) ?? { group, stage, reason, count: 0, last: 0 };
    entry.count++;
    entry.last = Math.max(entry.last, failedAt);
    this.counts.set(id, entry);
  }

  sorted(): FailureCount[] {
    return [...this.counts.values()].sort((a, b) => b.count - a.count);
  }
}

const newestFirst = (a: ListedLetter, b: ListedLetter): number => b.failedAt - a.failedAt;

/** @param limit how many letters to hold and return */
export async function listDeadLetters(
  log: DeadLetterLog,
  filter: Filter,
  limit: number,
  progress: (text: string) => void,
): Promise<Listing> {
  const counts = new FailureCounts();
  let newest: ListedLetter[] = [];
  let total = 0;
  const cut = (): ListedLetter[] => newest.sort(newestFirst).slice(0, limit);
  await readDeadLetters(log, (letters) => {
    for (const letter of letters) {
      if (!matches(letter, filter)) continue;
      total++;
      counts.add(letter);
      newest.push(listed(letter));
    }
    if (newest.length > limit * 2 + 1000) newest = cut();
    progress(`${total} dead letters`);
  });
  return { total, groups: counts.sorted(), letters: cut() };
}

/** The newest dead letters, and how many there are. */
export interface Newest {
  readonly retained: number;
  /** The newest failure first. */
  readonly letters: readonly ListedLetter[];
}

/**
 * Reads only the end of the topic: what it costs does not grow with the topic.
 * @param most how many letters to read; the same share of each partition
 */
export async function newestDeadLetters(log: DeadLetterLog, most: number): Promise<Newest> {
  const { admin, config } = log;
  if (!(await admin.listTopics()).includes(config.DLQ_TOPIC)) return { retained: 0, letters: [] };
  const ranges = await topicRanges(admin, config.DLQ_TOPIC);
  const share = Math.ceil(most / ranges.length);
  const found: ListedLetter[] = [];
  await readDeadLetters(log, (letters) => void found.push(...letters.map(listed)), {
    from: new Map(ranges.map(({ partition, low, end }) => [partition, Math.max(low, end - share)])),
    to: new Map(ranges.map(({ partition, end }) => [partition, end])),
  });
  const retained = ranges.reduce((sum, { low, end }) => sum + end - low, 0);
  return { retained, letters: found.sort(newestFirst) };
}

const listed = ({ record: _record, ...letter }: DeadLetter): ListedLetter => letter;

/**
 * What `dlq list --json` prints of a letter: all but key, value and headers, which `dlq show` has.
 */
export const letterJson = ({
  from: _from,
  failedAt,
  foreign,
  intake: _intake,
  cut,
  batchUntil,
  ...rest
}: ListedLetter) => ({
  ...rest,
  ...(cut === undefined ? {} : { cut }),
  ...(batchUntil === undefined ? {} : { batch_until: batchUntil }),
  failed_at: timeText(failedAt),
  ...(foreign === undefined ? {} : { foreign }),
});

export const listingJson = ({ total, groups, letters }: Listing) => ({
  total,
  groups: groups.map(({ last, ...group }) => ({ ...group, last: timeText(last) })),
  letters: letters.map(letterJson),
});
