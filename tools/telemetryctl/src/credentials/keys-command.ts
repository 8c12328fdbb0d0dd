import type { Command } from 'commander';
import {
  isScope,
  newKey,
  rotatedKey,
  SCOPE_RULE,
  type Issued,
  type KeyRecord,
} from '@iot/credentials';
import { InvalidArgumentError } from 'commander';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { duration } from '../values.js';
import { find } from './find.js';
import { credentialList } from './list.js';
import { readCredentials, writeCredentials } from './topic.js';

const HELP = `
A key is shown once, when it is made: the topic holds its hash alone. A device sends it with each request:
  Authorization: Bearer iotk_…

Examples:
  $ npm run ctl -- keys create --name press-1 --scope plant-7.press-1 --expires 365d
  $ npm run ctl -- keys create --name gateway --scope 'plant-7.*'
  $ npm run ctl -- keys rotate k3fK9sLq0Zx1 --overlap 7d
  $ npm run ctl -- keys revoke k3fK9sLq0Zx1`;

/** An option that says which devices. */
export function scope(text: string): string {
  if (!isScope(text)) throw new InvalidArgumentError(`It ${SCOPE_RULE}.`);
  return text;
}

interface CreateOptions {
  readonly name: string;
  readonly scope: string;
  readonly expires?: number;
}

/** `keys`: device keys of their own. */
export function addKeys(program: Command, context: Context): void {
  const keys = program
    .command('keys')
    .description('device keys: create, list, rotate, revoke')
    .addHelpText('after', HELP);

  keys
    .command('create')
    .description('makes a key, and shows it this once')
    .requiredOption('--name <text>', 'what people call it')
    .requiredOption('--scope <device|prefix*|*>', 'the devices that may send with it', scope)
    .option('--expires <duration>', 'how long it is valid; without, until it is revoked', duration)
    .action((options: CreateOptions) =>
      context.run({ mongo: false }, async (platform) => {
        const now = Date.now();
        const { name, scope: of, expires } = options;
        const wanted = { name, scope: of, ...(expires && { expires_at: now + expires }) };
        const issued = newKey(wanted, now);
        await writeCredentials(platform, new Map([[issued.id, issued.record]]));
        printIssued(context, issued);
        return EXIT.ok;
      }),
    );

  keys
    .command('list')
    .description('keys, with their scope and end; never a secret')
    .action(() =>
      context.run({ mongo: false }, async (platform) => {
        credentialList(context, await readCredentials(platform), 'key', Date.now());
        return EXIT.ok;
      }),
    );

  keys
    .command('rotate <id>')
    .description('gives a key a new secret; the old one goes on for a while')
    .option('--overlap <duration>', 'how long both are valid', duration, duration('7d'))
    .action((id: string, { overlap }: { overlap: number }) =>
      context.run({ mongo: false }, async (platform) => {
        const record = find(await readCredentials(platform), 'key', id);
        const issued = rotatedKey(id, record, overlap, Date.now());
        await writeCredentials(platform, new Map([[id, issued.record]]));
        printIssued(context, issued);
        return EXIT.ok;
      }),
    );

  keys
    .command('revoke <id>')
    .description('ends a key at once')
    .action((id: string) =>
      context.run({ mongo: false }, async (platform) => {
        const held = await readCredentials(platform);
        if (!held.has(id)) find(held, 'key', id);
        await writeCredentials(platform, new Map([[id, null]]));
        context.print({ revoked: id }, () => `${id} is revoked.`);
        return EXIT.ok;
      }),
    );
}

function printIssued(context: Context, { id, record, secret }: Issued<KeyRecord>): void {
  context.print({ id, key: secret, scope: record.scope, name: record.name }, () => secret);
  context.say(`Key ${id} for ${record.scope}. It is shown this once: keep it now.`);
}
