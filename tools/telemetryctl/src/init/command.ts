import { ConfigError } from '@iot/config';
import type { Command } from 'commander';
import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { number } from '../values.js';
import { prepare } from './init.js';

const RETRY_MS = 2000;

const HELP = `
The services create the same when they start; this does it beforehand, and says why when it cannot. Topics that exist stay as they are:
their partitions and retention are yours to change.

Examples:
  $ npm run ctl -- init
  $ npm run ctl -- init --wait 60`;

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
    .addHelpText('after', HELP)
    .action(({ wait }: { wait: number }) =>
      patiently(wait * 1000, context.say, () =>
        context.run({ mongo: true }, async (platform) => {
          const { created, existing } = await prepare(platform);
          context.print({ created, existing }, () =>
            [
              ...created.map((name) => `created ${name}`),
              ...existing.map((name) => `${name} was there`),
              `indexes of ${platform.config.MONGO_DB}: in place`,
            ].join('\n'),
          );
          return EXIT.ok;
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
