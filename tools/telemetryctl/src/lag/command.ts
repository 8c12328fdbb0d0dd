import type { Command } from 'commander';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { table } from '../output/table.js';
import { number } from '../values.js';
import { lateCommits } from './by-design.js';
import { measureLag, type PartitionLag, type TopicLag } from './lag.js';

const HELP = `
RECORDS are those that the group has not handled yet, AGE is how long ago the oldest of them arrived (on a retry topic: how long it has been
due; "in 4 s" when it is not yet). A line for each topic, and for each partition that is behind (--partitions: for all).

The aggregator commits up to LARGER_WINDOWS_WRITE_MS (20 s) after it handled, so an age below that is no lag; a note says which it is. Keep
--max-age above it. How far it really is, its metric consumer_lag_seconds says.

Exit codes: 0; 1 with --max-age, when a group is further behind, or when retention removed records that it had not handled.

Examples:
  $ npm run ctl -- lag
  $ npm run ctl -- lag --partitions
  $ npm run ctl -- --json lag --max-age 60`;

interface Options {
  readonly partitions?: boolean;
  readonly maxAge?: number;
}

/** `lag`: how far each group is behind. */
export function addLag(program: Command, context: Context): void {
  program
    .command('lag')
    .description('how far each group is behind, in records and seconds')
    .option('--partitions', 'a line for each partition')
    .option(
      '--max-age <seconds>',
      'exit with 1 when the oldest record that is not handled is older',
      number(0, 1e9),
    )
    .addHelpText('after', HELP)
    .action((options: Options) =>
      context.run({ mongo: false }, async (platform) => {
        const lags = await measureLag(platform);
        context.print({ groups: lags.map(withTotals) }, () =>
          lagText(lags, options.partitions === true),
        );
        const { maxAge = Infinity } = options;
        const bad = lags.some(({ partitions }) =>
          partitions.some(({ seconds, lost }) => lost > 0 || seconds > maxAge),
        );
        return bad ? EXIT.failed : EXIT.ok;
      }),
    );
}

function withTotals(lag: TopicLag) {
  const { partitions } = lag;
  return {
    ...lag,
    records: partitions.reduce((sum, { records }) => sum + records, 0),
    seconds: partitions.reduce(
      (oldest, { seconds, records }) => (records > 0 ? Math.max(oldest, seconds) : oldest),
      0,
    ),
    lost: partitions.reduce((sum, { lost }) => sum + lost, 0),
  };
}

const age = (seconds: number, records: number): string =>
  records === 0
    ? '-'
    : seconds < 0
      ? `in ${Math.ceil(-seconds)} s`
      : seconds < 600
        ? `${seconds.toFixed(1)} s`
        : `${Math.round(seconds / 60)} min`;

function lagText(lags: readonly TopicLag[], all: boolean): string {
  if (lags.length === 0)
    return 'There is no telemetry topic yet: start a service, which creates it.';
  const rows: string[][] = [];
  const notes: string[] = [];
  for (const lag of lags) {
    const { group, topic, members, partitions } = lag;
    const { records, seconds, lost } = withTotals(lag);
    rows.push([group, topic, 'all', '', '', records.toLocaleString('en'), age(seconds, records)]);
    for (const partition of partitions)
      if (all || partition.records > 0) rows.push(partitionRow(partition));
    if (lost > 0)
      notes.push(
        `${group}: ${lost} records of ${topic} were removed by retention before they were handled (verify counts what is there)`,
      );
    const late = lag.commitsLate && members > 0 && lateCommits(group, seconds, lag.commitsLate);
    if (late && !notes.includes(late)) notes.push(late);
    const stopped = `${group} is not running: nothing is handled until it is`;
    if (members === 0 && !notes.includes(stopped)) notes.push(stopped);
  }
  const header = ['GROUP', 'TOPIC', 'PARTITION', 'COMMITTED', 'END', 'RECORDS', 'AGE'];
  return [table(rows, { header, right: [2, 3, 4, 5, 6] }), ...notes].join('\n');
}

const partitionRow = ({ partition, committed, end, records, seconds }: PartitionLag): string[] => [
  '',
  '',
  String(partition),
  committed === null ? 'none' : String(committed),
  String(end),
  records.toLocaleString('en'),
  age(seconds, records),
];
