import {
  findDeadLetters,
  listDeadLetters,
  listingJson,
  redrive,
  shownJson,
  type DeadLetterLog,
  type Filter,
  type Redriven,
  type RedriveOptions,
} from '@iot/dead-letters';
import type { Command } from 'commander';
import { groupsOf } from '../connection/config.js';
import type { Platform } from '../connection/platform.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { number, time, whole } from '../values.js';
import { listingText } from './list.js';
import { shownText } from './show.js';

const LIST_HELP = `
Examples:
  $ npm run ctl -- dlq list --from 1h
  $ npm run ctl -- dlq list --group aggregator-worker --reason invalid_reading --device greenhouse-7
  $ npm run ctl -- --json dlq list --limit 1000 | jq '.groups'`;

const SHOW_HELP = `
Examples:
  $ npm run ctl -- dlq show telemetry.dlq/0/12     a place on the dead-letter topic
  $ npm run ctl -- dlq show telemetry.raw/3/456    the record that failed: one for each group that it failed in`;

const REDRIVE_HELP = `
Records go to retry topic 1 of the group that failed, to no other group; key, value, timestamp and headers stay as they are. What was redriven
from a dead letter once is not sent again (--again sends it), however often this is repeated or interrupted: the retry topic is the memory of
it, for the 60 days that it keeps its records. A record that failed again after --max-redrives redrives is left alone (--force sends it).
Of a dead letter that was too large to be kept whole, the whole is taken from the topic on which it failed; when that has it no more, it is refused.

Exit codes: 0 all that matched was sent, now or before; 1 some of it was refused or left alone.

Examples:
  $ npm run ctl -- dlq redrive --group aggregator-worker --dry-run
  $ npm run ctl -- dlq redrive --group aggregator-worker --reason document_refused --rate 200
  $ npm run ctl -- dlq redrive --device greenhouse-7 --from 2h --limit 10`;

function filtered(command: Command): Command {
  return command
    .option('--group <name>', 'of this consumer group')
    .option('--topic <name>', 'that failed on this topic')
    .option('--reason <word>', 'that failed for this reason')
    .option('--stage <word>', 'that failed at this stage')
    .option('--device <id>', 'with this key')
    .option(
      '--from <time>',
      'that first failed at this time or later, such as 2h (ago) or 2026-01-31T12:00:00Z',
      time,
    )
    .option('--to <time>', 'that first failed before this time', time);
}

/** `dlq list`, `dlq show` and `dlq redrive`. */
export function addDlq(program: Command, context: Context): void {
  const dlq = program
    .command('dlq')
    .description('look at dead letters, and send them to the group that failed');
  filtered(dlq.command('list').description('dead letters by reason, and the newest of them'))
    .option('--limit <n>', 'name so many; all are counted', whole(0), 50)
    .addHelpText('after', LIST_HELP)
    .action((options: Filter & { limit: number }) =>
      context.run({ mongo: false }, async (platform, progress) => {
        const listing = await listDeadLetters(logOf(platform), options, options.limit, progress);
        context.print(listingJson(listing), () => listingText(listing));
        return EXIT.ok;
      }),
    );
  dlq
    .command('show')
    .description('everything of one dead letter')
    .argument('<place>', 'topic/partition/offset')
    .addHelpText('after', SHOW_HELP)
    .action((place: string) =>
      context.run({ mongo: false }, async (platform) => {
        const letters = await findDeadLetters(logOf(platform), place);
        context.print(letters.map(shownJson), () => letters.map(shownText).join('\n\n'));
        return EXIT.ok;
      }),
    );
  filtered(
    dlq
      .command('redrive')
      .description('send dead letters to the group that failed, and to no other'),
  )
    .option('--dry-run', 'say what would be sent')
    .option('--rate <n>', 'records a second', number(0.1, 1e6))
    .option('--limit <n>', 'send so many at most', whole(1))
    .option('--max-redrives <n>', 'leave alone what was redriven so often', whole(1), 3)
    .option('--force', 'send also what was redriven too often')
    .option('--again', 'send also what was redriven from this dead letter before')
    .addHelpText('after', REDRIVE_HELP)
    .action((options: RedriveOptions) =>
      context.run({ mongo: false }, async (platform, progress) => {
        const result = await redrive(logOf(platform), options, progress);
        context.print(redrivenJson(result), () => redrivenText(result, options));
        return result.refusedCount + result.overLimit > 0 ? EXIT.failed : EXIT.ok;
      }),
    );
}

const logOf = ({ kafka, admin, config }: Platform): DeadLetterLog => ({
  kafka,
  admin,
  config,
  groups: groupsOf(config),
});

const redrivenJson = ({ sent, skipped, overLimit, refused, refusedCount, stopped }: Redriven) => ({
  sent: Object.fromEntries(sent),
  already_redriven: skipped,
  redriven_too_often: overLimit,
  refused_count: refusedCount,
  refused,
  groups_not_running: stopped,
});

function redrivenText(
  { sent, skipped, overLimit, refused, refusedCount, stopped }: Redriven,
  { dryRun, maxRedrives }: RedriveOptions,
): string {
  const lines = [...sent].map(
    ([topic, count]) => `${count} records ${dryRun ? 'would go' : 'sent'} to ${topic}`,
  );
  if (lines.length === 0) lines.push('Nothing to send.');
  if (skipped > 0) lines.push(`${skipped} were redriven before (--again sends them once more)`);
  if (overLimit > 0)
    lines.push(
      `${overLimit} failed again after ${maxRedrives} redrives and were left alone: mend the cause first, then use --force`,
    );
  for (const { place, reason } of refused) lines.push(`refused: ${place}: ${reason}`);
  if (refusedCount > refused.length)
    lines.push(`… and ${refusedCount - refused.length} more refused`);
  for (const group of stopped)
    lines.push(`${group} is not running: its records wait in the retry topic until it is`);
  return lines.join('\n');
}
