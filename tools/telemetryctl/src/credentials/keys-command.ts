import type { Command } from 'commander';
import { newKey, rotatedKey } from '@iot/credentials';
import type { Context } from '../context.js';
import { addLifecycle, scope } from './lifecycle.js';

const HELP = `
A key is shown once, when it is made: the topic holds its hash alone. A device sends it with each request:
  Authorization: Bearer iotk_…

Examples:
  $ npm run ctl -- keys create --name press-1 --scope plant-7.press-1 --expires 365d
  $ npm run ctl -- keys create --name gateway --scope 'plant-7.*'
  $ npm run ctl -- keys rotate k3fK9sLq0Zx1 --overlap 7d
  $ npm run ctl -- keys revoke k3fK9sLq0Zx1`;

/** `keys`: device keys of their own. */
export function addKeys(program: Command, context: Context): void {
  const keys = program
    .command('keys')
    .description('device keys: create, list, rotate, revoke')
    .addHelpText('after', HELP);
  addLifecycle(keys, context, {
    kind: 'key',
    issue: (_, wanted, now) => newKey(wanted, now),
    rotate: (_, id, record, overlapMs, now) => rotatedKey(id, record, overlapMs, now),
    show: ({ id, record, secret }) => {
      context.print({ id, key: secret, scope: record.scope, name: record.name }, () => secret);
      context.say(`Key ${id} for ${record.scope}. It is shown this once: keep it now.`);
    },
    overlap: '7d',
    says: {
      argument: '<id>',
      create: 'makes a key, and shows it this once',
      list: 'keys, with their scope and end; never a secret',
      rotate: 'gives a key a new secret; the old one goes on for a while',
      revoke: 'ends a key at once',
      revoked: (id) => `${id} is revoked.`,
    },
    scopeOption: (create) =>
      create.requiredOption(
        '--scope <device|prefix*|*>',
        'the devices that may send with it',
        scope,
      ),
  });
}
