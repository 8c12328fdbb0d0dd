import { InvalidArgumentError, type Command } from 'commander';
import { parseWindow, type WindowSize } from '@iot/rollup';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { time } from '../values.js';
import { backfill, type BackfillOptions } from './backfill.js';

const HELP = `
Rows are recomputed from rows of the largest size in WINDOWS that divides the new one and has all of its rows, or from raw events. Windows
that can be made of nothing, as retention has removed some of it, are left out. It may run beside the workers, and again: the rows come out the
same. When it is interrupted, --after goes on behind the device that it named last.

To have the aggregator keep the new size from now on, add it to WINDOWS of all aggregators first, and here, and wait until they are ready; then
backfill. A run over all devices, up to now, notes in the database that the size is complete; until then no larger row is made of it.

Examples:
  $ npm run ctl -- backfill --window 15m --dry-run
  $ npm run ctl -- backfill --window 15m --from 7d
  $ npm run ctl -- backfill --window 15m --after greenhouse-7`;

function windowSize(text: string): WindowSize {
  try {
    return parseWindow(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** `backfill`: rows of a window size that was not kept so far. */
export function addBackfill(program: Command, context: Context): void {
  program
    .command('backfill')
    .description('build the rollup rows of a new window size from what is stored')
    .requiredOption('--window <size>', 'window size, such as 15m', windowSize)
    .option(
      '--from <time>',
      'only windows that reach beyond this time, such as 7d (ago) or 2026-01-31',
      time,
    )
    .option('--to <time>', 'only windows that start before this time', time)
    .option('--device <id>', 'only this device')
    .option('--after <id>', 'only devices behind this one, in order of their ids')
    .option('--dry-run', 'count the rows, and write none')
    .addHelpText('after', HELP)
    .action((options: BackfillOptions) =>
      context.run({ mongo: true }, async (platform, progress) => {
        const { window, dryRun } = options;
        const kept = platform.config.windows.some(({ ms }) => ms === window.ms);
        const done = await backfill(platform, options, progress);
        const { devices, rows, beyondRetention, lastDevice, completeSince } = done;
        context.print(
          {
            window: window.label,
            devices,
            rows,
            beyond_retention: beyondRetention,
            last_device: lastDevice ?? null,
            dry_run: dryRun === true,
            complete: completeSince !== undefined,
          },
          () =>
            [
              `${rows.toLocaleString('en')} rows of ${window.label} for ${devices.toLocaleString('en')} devices ${dryRun ? 'would be written' : 'written'}.`,
              ...(beyondRetention > 0
                ? [`${beyondRetention} rows left out: their raw events may be gone.`]
                : []),
              ...(completeSince === undefined || completeSince === -Infinity
                ? []
                : [
                    `Rows of ${window.label} are complete since ${new Date(completeSince).toISOString()}: larger ones may be made of them.`,
                  ]),
              ...(kept
                ? []
                : [
                    `WINDOWS does not name ${window.label}: the aggregator does not keep these rows up to date until it does.`,
                  ]),
            ].join('\n'),
        );
        return EXIT.ok;
      }),
    );
}
