import { printable } from '@iot/printable';
import type { Platform } from '../connection/platform.js';
import { table } from '../output/table.js';
import { timeText } from '../output/time-text.js';
import { matches, type DeadLetter, type Filter } from './dead-letter.js';
import { readDeadLetters } from './read-dead-letters.js';

/** Dead letters by group, stage and reason, and the last of them to fail. */
export interface Listing {
  readonly total: number;
  readonly groups: readonly {
    group: string;
    stage: string;
    reason: string;
    count: number;
    last: number;
  }[];
  /** The newest failure first. */
  readonly letters: readonly DeadLetter[];
}

/** @param limit how many letters to hold and return */
export async function listDeadLetters(
  platform: Platform,
  filter: Filter,
  limit: number,
  progress: (text: string) => void,
): Promise<Listing> {
  const groups = new Map<
    string,
    { group: string; stage: string; reason: string; count: number; last: number }
  >();
  let newest: DeadLetter[] = [];
  let total = 0;
  const cut = (): DeadLetter[] => newest.sort((a, b) => b.failedAt - a.failedAt).slice(0, limit);
  await readDeadLetters(platform, (letters) => {
    for (const letter of letters) {
      if (!matches(letter, filter)) continue;
      total++;
      const group = letter.foreign ? '(foreign)' : letter.group;
      const id = JSON.stringify([group, letter.stage, letter.reason]);
      const entry = groups.get(id) ?? {
        group,
        stage: letter.stage,
        reason: letter.reason,
        count: 0,
        last: 0,
      };
      entry.count++;
      entry.last = Math.max(entry.last, letter.failedAt);
      groups.set(id, entry);
      newest.push(letter);
    }
    if (newest.length > limit * 2 + 1000) newest = cut();
    progress(`${total} dead letters`);
  });
  return { total, groups: [...groups.values()].sort((a, b) => b.count - a.count), letters: cut() };
}

/**
 * What `dlq list --json` prints of a letter: all but key, value and headers, which `dlq show` has.
 */
export const letterJson = ({
  record: _record,
  from: _from,
  failedAt,
  foreign,
  intake: _intake,
  cut,
  batchUntil,
  ...rest
}: DeadLetter) => ({
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

const WIDEST = 70;
const cutText = (text: string): string => printable(text.replace(/\s+/g, ' '), WIDEST);

export function listingText({ total, groups, letters }: Listing): string {
  if (total === 0) return 'No dead letters match.';
  const summary = groups.map(({ group, stage, reason, count, last }) => [
    String(count),
    group,
    stage,
    reason,
    timeText(last),
  ]);
  const rows = letters.map(
    ({
      place,
      failedAt,
      group,
      original,
      stage,
      reason,
      device,
      deliveries,
      redrives,
      message,
      foreign,
    }) =>
      foreign
        ? [place, timeText(failedAt), '(foreign)', '', '', '', device, '', '', foreign]
        : [
            place,
            timeText(failedAt),
            group,
            original,
            stage,
            reason,
            device,
            String(deliveries),
            String(redrives),
            cutText(message),
          ],
  );
  return [
    `${total.toLocaleString('en')} dead letters`,
    table(summary, { header: ['COUNT', 'GROUP', 'STAGE', 'REASON', 'LAST'], right: [0] }),
    '',
    table(rows, {
      header: [
        'PLACE',
        'FAILED AT',
        'GROUP',
        'RECORD',
        'STAGE',
        'REASON',
        'DEVICE',
        'DELIVERIES',
        'REDRIVEN',
        'MESSAGE',
      ],
    }),
    ...(letters.length < total
      ? [`the newest ${letters.length} of ${total} (--limit shows more)`]
      : []),
  ].join('\n');
}
