import type { Command } from 'commander';
import { keysOfDevices, newGroup, rotatedGroup } from '@iot/credentials';
import type { Platform } from '../connection/platform.js';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';
import { audited } from '../accounts/audited.js';
import { find } from './find.js';
import { addLifecycle, scope } from './lifecycle.js';
import { readCredentials, writeCredentials } from './topic.js';

const HELP = `
One secret for a whole fleet: the key of each device is HMAC-SHA256 of its id under it, so that nothing is stored per device. The secret is
shown once, for who prints keys in a factory; CREDENTIALS_SECRET seals it in the topic, and must be the one that the services have.

Examples:
  $ npm run ctl -- groups create --name presses --scope 'plant-7.*'
  $ npm run ctl -- groups key g3fK9sLq0Zx1 plant-7.press-1 plant-7.press-2
  $ npm run ctl -- groups block g3fK9sLq0Zx1 plant-7.press-2`;

/** `groups`: enrolment groups, and the keys of their devices. */
export function addGroups(program: Command, context: Context): void {
  const groups = program
    .command('groups')
    .description('enrolment groups: create, list, key, rotate, block, unblock, revoke')
    .addHelpText('after', HELP);
  addLifecycle(groups, context, {
    kind: 'group',
    issue: (platform, wanted, now) => newGroup(wanted, sealing(platform), now),
    rotate: (platform, id, record, overlapMs, now) =>
      rotatedGroup(id, record, overlapMs, sealing(platform), now),
    show: ({ id, record, secret }) => {
      const { scope: of, name } = record;
      context.print({ id, secret, scope: of, name }, () => `${id} ${secret}`);
      context.say(`Group ${id} for ${of}. Its secret is shown this once: keep it now.`);
    },
    overlap: '30d',
    says: {
      argument: '<group>',
      create: 'makes a group, and shows its secret this once',
      list: 'groups, with their scope, end and blocked devices; never a secret',
      rotate: 'gives a group a new secret; keys of the old one go on for a while',
      revoke: 'ends a group, and the keys of all its devices, at once',
      revoked: (id) => `${id} is revoked, with the keys of its devices.`,
    },
    scopeOption: (create) =>
      create.option('--scope <prefix*|*>', 'the devices that may belong to it', scope, '*'),
  });

  groups
    .command('key <group> <device...>')
    .description('shows the keys of devices of a group')
    .action((id: string, devices: string[]) =>
      context.run({ mongo: false }, async (platform) => {
        const record = find(await readCredentials(platform), 'group', id);
        const keys = keysOfDevices(id, record, devices.map(scope), sealing(platform));
        if (!keys)
          throw new CommandError(
            `the secret of ${id} was sealed with another CREDENTIALS_SECRET`,
            EXIT.usage,
          );
        context.print({ keys }, () => keys.map(({ key }) => key).join('\n'));
        const detail = `${keys.length} devices: ${devices.join(', ')}`;
        await audited(platform, context, { action: 'group_keys', target: id, detail });
        return EXIT.ok;
      }),
    );

  groups
    .command('block <group> <device>')
    .description('ends the key of one device of a group at once')
    .option('--reason <text>', 'why, for those who come after')
    .action((id: string, device: string, { reason }: { reason?: string }) =>
      context.run({ mongo: false }, async (platform) => {
        find(await readCredentials(platform), 'group', id);
        const record = {
          kind: 'block' as const,
          created_at: Date.now(),
          ...(reason !== undefined && { reason }),
        };
        await writeCredentials(platform, new Map([[`${id}/${scope(device)}`, record]]));
        context.print({ blocked: device, group: id }, () => `${device} of ${id} is blocked.`);
        const target = `${id}/${device}`;
        await audited(platform, context, { action: 'device_block', target, detail: reason ?? '' });
        return EXIT.ok;
      }),
    );

  groups
    .command('unblock <group> <device>')
    .description('takes the key of a blocked device again')
    .action((id: string, device: string) =>
      context.run({ mongo: false }, async (platform) => {
        const key = `${id}/${device}`;
        if (!(await readCredentials(platform)).has(key))
          throw new CommandError(`${device} of ${id} is not blocked`, EXIT.usage);
        await writeCredentials(platform, new Map([[key, null]]));
        context.print(
          { unblocked: device, group: id },
          () => `${device} of ${id} is let in again.`,
        );
        await audited(platform, context, { action: 'device_unblock', target: key });
        return EXIT.ok;
      }),
    );
}

function sealing({ config }: Platform): string {
  if (config.CREDENTIALS_SECRET !== '') return config.CREDENTIALS_SECRET;
  throw new CommandError(
    'set CREDENTIALS_SECRET, as the services have it: it seals the secrets of groups',
    EXIT.usage,
  );
}
