import type { Command } from 'commander';
import { keysOfDevices, newGroup, rotatedGroup, type GroupRecord } from '@iot/credentials';
import { findCredential } from '@iot/key-ring';
import type { Platform } from '../connection/platform.js';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';
import { addLifecycle, scope } from './lifecycle.js';
import { changeCredentials } from './topic.js';

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
        const detail = `${devices.length} devices: ${devices.join(', ')}`;
        const entry = { action: 'group_keys', detail } as const;
        const { keys } = await changeCredentials(platform, context, entry, (held) => ({
          keys: keysOf(platform, id, findCredential(held, 'group', id), devices.map(scope)),
          records: new Map(),
          target: id,
        }));
        context.print({ keys }, () => keys.map(({ key }) => key).join('\n'));
        return EXIT.ok;
      }),
    );

  groups
    .command('block <group> <device>')
    .description('ends the key of one device of a group at once')
    .option('--reason <text>', 'why, for those who come after')
    .action((id: string, device: string, { reason }: { reason?: string }) =>
      context.run({ mongo: false }, async (platform) => {
        const target = `${id}/${scope(device)}`;
        const entry = { action: 'device_block', detail: reason ?? '' } as const;
        await changeCredentials(platform, context, entry, (held) => {
          findCredential(held, 'group', id);
          const record = {
            kind: 'block' as const,
            created_at: Date.now(),
            ...(reason !== undefined && { reason }),
          };
          return { records: new Map([[target, record]]), target };
        });
        context.print({ blocked: device, group: id }, () => `${device} of ${id} is blocked.`);
        return EXIT.ok;
      }),
    );

  groups
    .command('unblock <group> <device>')
    .description('takes the key of a blocked device again')
    .action((id: string, device: string) =>
      context.run({ mongo: false }, async (platform) => {
        const target = `${id}/${device}`;
        await changeCredentials(platform, context, { action: 'device_unblock' }, (held) => {
          if (!held.has(target))
            throw new CommandError(`${device} of ${id} is not blocked`, EXIT.usage);
          return { records: new Map([[target, null]]), target };
        });
        context.print(
          { unblocked: device, group: id },
          () => `${device} of ${id} is let in again.`,
        );
        return EXIT.ok;
      }),
    );
}

/** @throws CommandError */
function keysOf(platform: Platform, id: string, group: GroupRecord, devices: readonly string[]) {
  const keys = keysOfDevices(id, group, devices, sealing(platform));
  if (keys) return keys;
  throw new CommandError(
    `the secret of ${id} was sealed with another CREDENTIALS_SECRET`,
    EXIT.usage,
  );
}

function sealing({ config }: Platform): string {
  if (config.CREDENTIALS_SECRET !== '') return config.CREDENTIALS_SECRET;
  throw new CommandError(
    'set CREDENTIALS_SECRET, as the services have it: it seals the secrets of groups',
    EXIT.usage,
  );
}
