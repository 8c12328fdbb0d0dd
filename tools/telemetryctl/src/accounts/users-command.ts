import type { Role } from '@iot/access';
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { table } from '../output/table.js';
import { administer, passwordIn, role } from './administer.js';

const HELP = `
A password that is made is shown once. Words that are secret are read from a file, or from standard input for -.

Examples:
  $ npm run ctl -- users create ada --role operator
  $ npm run ctl -- users role ada admin
  $ npm run ctl -- users password ada
  $ npm run ctl -- users block ada`;

const FILE = ['--password-file <file>', 'has the password; without, one is made'] as const;

interface Given {
  readonly passwordFile?: string;
}

/** `users`: who may log in, and as what. */
export function addUsers(program: Command, context: Context): void {
  const users = program
    .command('users')
    .description('people: create, list, role, password, block, unblock, remove')
    .addHelpText('after', HELP);
  const now = () => new Date();
  const shown = (name: string, password: string | undefined, done: string): void => {
    context.print({ name, ...(password !== undefined && { password }) }, () => password ?? done);
    if (password !== undefined)
      context.say(`${done} The password is shown this once: keep it now.`);
  };

  users
    .command('create <name>')
    .description('makes a user')
    .requiredOption('--role <role>', 'viewer, operator or admin', role)
    .option(...FILE)
    .action((name: string, { role: as, passwordFile }: Given & { role: Role }) =>
      administer(context, async ({ administration }) => {
        const wanted = { name, role: as, password: passwordIn(passwordFile, name) };
        const made = await administration.createUser(wanted, context.actor(), now());
        shown(name, made.password, `${name} is ${as}.`);
      }),
    );

  users
    .command('list')
    .description('users, with their role; never a password')
    .action(() =>
      administer(context, async (accounts) => {
        const rows = (await accounts.users.list()).map((user) => ({
          name: user._id,
          role: user.role,
          created_at: user.created_at.toISOString(),
          blocked_at: user.blocked_at?.toISOString() ?? null,
        }));
        context.print({ users: rows }, () =>
          rows.length === 0
            ? 'There are no users.'
            : table(
                rows.map((it) => [
                  it.name,
                  it.role,
                  it.created_at,
                  it.blocked_at === null ? 'may log in' : `blocked since ${it.blocked_at}`,
                ]),
                { header: ['NAME', 'ROLE', 'CREATED', 'STATE'] },
              ),
        );
      }),
    );

  users
    .command('role <name> <role>')
    .description('gives a user another role, at once')
    .action((name: string, given: string) =>
      administer(context, async ({ administration }) => {
        const as = role(given);
        await administration.changeUser(name, { role: as }, context.actor(), now());
        context.print({ name, role: as }, () => `${name} is ${as}.`);
      }),
    );

  for (const [command, blocked, done] of [
    ['block', true, 'may not log in any more'],
    ['unblock', false, 'may log in again'],
  ] as const)
    users
      .command(`${command} <name>`)
      .description(blocked ? 'logs a user out, and lets it in no more' : 'lets a user in again')
      .action((name: string) =>
        administer(context, async ({ administration }) => {
          await administration.changeUser(name, { blocked }, context.actor(), now());
          context.print({ name, blocked }, () => `${name} ${done}.`);
        }),
      );

  users
    .command('password <name>')
    .description('gives a user another password, and logs it out')
    .option(...FILE)
    .action((name: string, { passwordFile }: Given) =>
      administer(context, async ({ administration }) => {
        const given = passwordIn(passwordFile, name);
        const made = await administration.setPassword(name, given, context.actor(), now());
        shown(name, made, `${name} has another password.`);
      }),
    );

  users
    .command('remove <name>')
    .description('logs a user out and removes it')
    .action((name: string) =>
      administer(context, async ({ administration }) => {
        await administration.removeUser(name, context.actor(), now());
        context.print({ removed: name }, () => `${name} is removed.`);
      }),
    );
}
