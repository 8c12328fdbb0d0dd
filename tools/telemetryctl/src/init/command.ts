import { ConfigError } from '@iot/config';
import { InvalidArgumentError, type Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context.js';
import { refusals, UNSAFE, UNSAFE_NAMES, type Unsafe } from '../doctor/core/finding.js';
import { examine } from '../doctor/doctor.js';
import { findingsText } from '../doctor/report.js';
import { EXIT } from '../exit.js';
import { number } from '../values.js';
import { prepare } from './init.js';
import { shard, shardedText } from './shard.js';

const RETRY_MS = 2000;

const HELP = `
The services create the same when they start; this does it beforehand, and says why when it cannot. Topics that exist stay as they are:
their partitions and retention are yours to change. What is unsafe is refused: the checks of \`doctor\` run at the end, and those that risk
data end with exit code 1, unless they are accepted by name:
${UNSAFE_NAMES.map((name) => `  ${name.padEnd(17)} ${UNSAFE[name]}`).join('\n')}

Examples:
  $ npm run ctl -- init
  $ npm run ctl -- init --wait 60
  $ npm run ctl -- init --accept-unsafe replication,standalone     on a machine for trials`;

interface Options {
  readonly wait: number;
  readonly acceptUnsafe: readonly Unsafe[];
  readonly shard?: boolean;
}

function unsafeNames(text: string): Unsafe[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !(UNSAFE_NAMES as string[]).includes(name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`Allowed: ${UNSAFE_NAMES.join(', ')}, comma-separated.`);
  return names as Unsafe[];
}

/** `init`: topics and indexes. */
export function addInit(program: Command, context: Context): void {
  program
    .command('init')
    .description('create the topics and indexes that are missing')
    .option(
      '--wait <seconds>',
      'keep trying for so long while Kafka or MongoDB does not answer',
      number(0, 86_400),
      0,
    )
    .option('--accept-unsafe <names>', 'go on in spite of these, comma-separated', unsafeNames, [])
    .option(
      '--shard',
      'prepare a sharded database: hashed indexes, and shard by device on a mongos',
    )
    .addHelpText('after', HELP)
    .action(({ wait, acceptUnsafe, shard: sharding }: Options) =>
      patiently(wait * 1000, context.say, () =>
        context.run({ mongo: true }, async (platform) => {
          const { created, existing } = await prepare(platform);
          const sharded = sharding ? await shard(platform.mongo) : undefined;
          const findings = await examine(platform);
          const refused = refusals(findings, acceptUnsafe);
          context.print({ created, existing, findings, ...(sharded && { sharded }) }, () =>
            [
              ...created.map((name) => `created ${name}`),
              ...existing.map((name) => `${name} was there`),
              `indexes of ${platform.config.MONGO_DB}: in place`,
              ...(sharded ? shardedText(sharded) : []),
              findingsText(findings.filter(({ status }) => status !== 'ok')),
            ].join('\n'),
          );
          if (refused.length === 0) return EXIT.ok;
          const names = [...new Set(refused.map(({ unsafe }) => unsafe))].join(',');
          context.say(`unsafe: mend what is wrong, or accept it with --accept-unsafe ${names}`);
          return EXIT.failed;
        }),
      ),
    );
}

/**
 * Tries again until it succeeds or `ms` have passed, and says each new reason once. A bad variable
 * does not get better.
 */
async function patiently(
  ms: number,
  say: (text: string) => void,
  attempt: () => Promise<void>,
): Promise<void> {
  const until = performance.now() + ms;
  for (let said = ''; ;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof ConfigError || performance.now() + RETRY_MS > until) throw error;
      const { message } = error as Error;
      if (message !== said) say(`${message}; trying again`);
      said = message;
      await delay(RETRY_MS);
    }
  }
}
