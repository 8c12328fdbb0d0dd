import type { Mongo } from '@iot/mongo';
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';
import { number, time, whole } from '../values.js';
import { type Discrepancies, type Kind, KINDS } from './discrepancies.js';
import { repair, type Repaired } from './repair.js';
import { isSettled, verdictJson, verdictText } from './report.js';
import { verify } from './verify.js';
import { waitForGroups } from './wait.js';

interface Options {
  readonly from?: number;
  readonly to?: number;
  readonly device?: string;
  readonly maxDiscrepancies: number;
  readonly sliceRows: number;
  readonly repair?: boolean;
  readonly wait?: number;
  readonly record?: boolean;
}

const LOOK_AGAIN_MS = 400;
/** Of the time that a row may wait for its write: the write takes a while too. */
const PATIENCE = 1.5;

const HELP = `
What is read: every record of the telemetry topic, of the groups' retry topics and of the dead letters; every raw event, rollup row, device
and alert. Nothing of the workers' code takes part in the judgement: the log is decoded by kafkajs itself and by codecs of its own. It may run beside working services: what is not handled yet is counted as
pending, and a row that seems wrong is looked at again: after LARGER_WINDOWS_WRITE_MS where it may wait for its write, so beside a load, rows of
the present hour and day that change all the time are not judged.

What bounds its memory: 5 bytes for each record that the log retains, 100 bytes for each rollup row of one slice of devices (--slice-rows),
and an entry for each device and sensor and for each alert. Raw events themselves are never held.

Alerts are compared with the thresholds of this command's environment: set the same as the alerts worker has.

Exit codes: 0 everything is accounted for; 1 there are discrepancies, or records pending for a group without
members, or --wait was too short; 2 wrong usage; 3 Kafka or MongoDB does not answer.

Examples:
  $ npm run ctl -- verify
  $ npm run ctl -- verify --wait 60 --json
  $ npm run ctl -- verify --device greenhouse-7 --from 2h
  $ npm run ctl -- verify --repair
  $ npm run ctl -- verify --wait 300 --record      from a scheduler, each night`;

/**
 * `verify`: is everything that was accepted in the database, once, and do rows and alerts say so?
 */
export function addVerify(program: Command, context: Context): void {
  program
    .command('verify')
    .description('account for every record of the log, and check rollup rows and alerts against it')
    .option(
      '--from <time>',
      'only readings from this time on, such as 2h (ago), 2026-01-31 or 2026-01-31T12:00:00Z',
      time,
    )
    .option('--to <time>', 'only readings before this time', time)
    .option('--device <id>', 'only readings of this device')
    .option(
      '--repair',
      'put back raw events that the log still has, recompute rows, and verify again',
    )
    .option(
      '--wait <seconds>',
      'first wait until both groups have handled everything that is there, retry topics too',
      number(0, 86_400),
    )
    .option(
      '--record',
      'leave the number of discrepancies in the database: the dashboard API shows it to Prometheus, which alerts on it',
    )
    .option('--max-discrepancies <n>', 'name so many of them; all are counted', whole(0), 100)
    .option('--slice-rows <n>', 'rollup rows that are held at once', whole(1), 500_000)
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      if (
        options.record &&
        [options.device, options.from, options.to].some((part) => part !== undefined)
      )
        throw new CommandError(
          '--record is for a run over everything; leave out --device, --from and --to',
          EXIT.usage,
        );
      await context.run({ mongo: true }, async (platform, progress) => {
        const startedAt = performance.now();
        const { config } = platform;
        const what = {
          ...options,
          lookAgainMs: LOOK_AGAIN_MS,
          lookAgainPendingMs: config.LARGER_WINDOWS_WRITE_MS * PATIENCE,
        };
        const waitedOut =
          options.wait === undefined
            ? undefined
            : await waitForGroups(platform.admin, config, options.wait, progress);
        let verdict = await verify(platform, what, progress);
        let repaired: Repaired | undefined;
        if (options.repair && Object.values(verdict.repairs).some(({ length }) => length > 0)) {
          repaired = await repair(platform, verdict, progress);
          verdict = await verify(platform, what, progress);
        }
        const seconds = (performance.now() - startedAt) / 1000;
        if (options.record) await record(platform.mongo, verdict.discrepancies);
        context.print(verdictJson(verdict, { seconds, repaired, waitedOut }), () => {
          const lines = [verdictText(verdict, config.AGGREGATOR_GROUP, config.TELEMETRY_TOPIC)];
          if (repaired)
            lines.unshift(
              `Repaired: ${repaired.events} raw events put back, ${repaired.rows} rows recomputed, ${repaired.rowsRemoved} removed, ${repaired.devices} devices written. Then:`,
            );
          if (waitedOut)
            lines.push(
              `The groups did not get to the end in ${options.wait} s: ${waitedOut} records are still to be handled (see lag).`,
            );
          return lines.join('\n');
        });
        return isSettled(verdict, waitedOut) ? EXIT.ok : EXIT.failed;
      });
    });
}

async function record(mongo: Mongo, { counts }: Discrepancies): Promise<void> {
  const discrepancies = Object.fromEntries(
    Object.keys(KINDS).map((kind) => [kind, counts.get(kind as Kind) ?? 0]),
  );
  await mongo.verifications.replaceOne(
    { _id: 'last' },
    { discrepancies, finished_at: new Date() },
    { upsert: true },
  );
}
