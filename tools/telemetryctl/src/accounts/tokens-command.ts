import type { Role } from '@iot/access';
import type { IssuedToken } from '@iot/accounts';
import type { Command } from 'commander';
import type { Context } from '../context.js';
import { table } from '../output/table.js';
import { duration } from '../values.js';
import { administer, role } from './administer.js';

const HELP = `
For Grafana and scripts, which ask the dashboard API with it: Authorization: Bearer iots_…
A token is shown once, when it is made: the database holds its hash alone.

Examples:
  $ npm run ctl -- tokens create --name Grafana --role viewer --expires 365d
  $ npm run ctl -- tokens rotate t3fK9sLq0Zx1 --overlap 7d
  $ npm run ctl -- tokens revoke t3fK9sLq0Zx1`;

interface CreateOptions {
  readonly name: string;
  readonly role: Role;
  readonly expires?: number;
}

/** `tokens`: what programs ask the dashboard API with. */
export function addTokens(program: Command, context: Context): void {
  const tokens = program
    .command('tokens')
    .description('service tokens: create, list, rotate, revoke')
    .addHelpText('after', HELP);
  const show = ({ id, token }: IssuedToken): void => {
    context.print({ id, token }, () => token);
    context.say(`Token ${id}. It is shown this once: keep it now.`);
  };

  tokens
    .command('create')
    .description('makes a token, and shows it this once')
    .requiredOption('--name <text>', 'what people call it')
    .requiredOption('--role <role>', 'viewer, operator or admin', role)
    .option('--expires <duration>', 'how long it is valid; without, until it is revoked', duration)
    .action(({ name, role: as, expires }: CreateOptions) =>
      administer(context, async ({ administration }) => {
        const now = new Date();
        const expiresAt = expires === undefined ? null : new Date(now.getTime() + expires);
        const wanted = { name, role: as, expiresAt };
        show(await administration.createToken(wanted, context.actor(), now));
      }),
    );

  tokens
    .command('list')
    .description('tokens, with their role and end; never a secret')
    .action(() =>
      administer(context, async (accounts) => {
        const rows = (await accounts.tokens.list()).map((it) => ({
          id: it._id,
          name: it.name,
          role: it.role,
          created_at: it.created_at.toISOString(),
          expires_at: it.expires_at?.toISOString() ?? null,
          old_secret_ends_at: it.secrets[1]?.expires_at?.toISOString() ?? null,
        }));
        context.print({ tokens: rows }, () =>
          rows.length === 0
            ? 'There are no tokens.'
            : table(
                rows.map((it) => [
                  ...[it.id, it.name, it.role, it.created_at, it.expires_at ?? 'never'],
                ]),
                { header: ['ID', 'NAME', 'ROLE', 'CREATED', 'EXPIRES'] },
              ),
        );
      }),
    );

  tokens
    .command('rotate <id>')
    .description('gives a token a new secret; the old one goes on for a while')
    .option('--overlap <duration>', 'how long both are valid', duration, duration('1d'))
    .action((id: string, { overlap }: { overlap: number }) =>
      administer(context, async ({ administration }) =>
        show(await administration.rotateToken(id, overlap, context.actor(), new Date())),
      ),
    );

  tokens
    .command('revoke <id>')
    .description('ends a token: it is refused within two seconds')
    .action((id: string) =>
      administer(context, async ({ administration }) => {
        await administration.revokeToken(id, context.actor(), new Date());
        context.print({ revoked: id }, () => `${id} is revoked.`);
      }),
    );
}
