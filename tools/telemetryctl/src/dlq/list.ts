import type { Listing } from '@iot/dead-letters';
import { printable, timeText } from '@iot/printable';
import { table } from '../output/table.js';

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
