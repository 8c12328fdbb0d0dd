import type { AuditEntry } from '@iot/accounts';
import { InvalidArgumentError, type Command } from 'commander';
import { isScope, SCOPE_RULE, type CredentialOf, type Issued, type Wanted } from '@iot/credentials';
import { findCredential, findRevocable, revocation, type Held } from '@iot/key-ring';
import type { Platform } from '../connection/platform.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { duration } from '../values.js';
import { credentialList } from './list.js';
import { changeCredentials, readCredentials } from './topic.js';

type Kinds = 'key' | 'group';

/** What keys and groups have of their own in what both go through. */
export interface Lifecycle<Kind extends Kinds> {
  readonly kind: Kind;
  readonly issue: (platform: Platform, wanted: Wanted, now: number) => Issued<CredentialOf<Kind>>;
  readonly rotate: (
    platform: Platform,
    id: string,
    record: CredentialOf<Kind>,
    overlapMs: number,
    now: number,
  ) => Issued<CredentialOf<Kind>>;
  /** Shows a secret, this once. */
  readonly show: (issued: Issued<CredentialOf<Kind>>) => void;
  /** How long both secrets are valid unless that is said. */
  readonly overlap: string;
  readonly says: {
    readonly argument: string;
    readonly create: string;
    readonly list: string;
    readonly rotate: string;
    readonly revoke: string;
    readonly revoked: (id: string) => string;
  };
  /** Adds the option for the devices that it is for. */
  readonly scopeOption: (create: Command) => Command;
}

interface CreateOptions {
  readonly name: string;
  readonly scope: string;
  readonly expires?: number;
}

/** The value of an option that says which devices. */
export function scope(text: string): string {
  if (!isScope(text)) throw new InvalidArgumentError(`It ${SCOPE_RULE}.`);
  return text;
}

/** Adds `create`, `list`, `rotate` and `revoke`. */
export function addLifecycle<Kind extends Kinds>(
  parent: Command,
  context: Context,
  { kind, issue, rotate, show, overlap, says, scopeOption }: Lifecycle<Kind>,
): void {
  const run = (work: (platform: Platform) => Promise<void>): Promise<void> =>
    context.run({ mongo: false }, async (platform) => {
      await work(platform);
      return EXIT.ok;
    });
  const keep = async (
    platform: Platform,
    entry: AuditEntry,
    make: (held: Held) => Issued<CredentialOf<Kind>>,
  ): Promise<void> => {
    const { issued } = await changeCredentials(platform, context, entry, (held) => {
      const made = make(held);
      return { issued: made, target: made.id, records: new Map([[made.id, made.record]]) };
    });
    show(issued);
  };

  scopeOption(
    parent
      .command('create')
      .description(says.create)
      .requiredOption('--name <text>', 'what people call it'),
  )
    .option('--expires <duration>', 'how long it is valid; without, until it is revoked', duration)
    .action(({ name, scope: of, expires }: CreateOptions) =>
      run(async (platform) => {
        const now = Date.now();
        const wanted = { name, scope: of, ...(expires && { expires_at: now + expires }) };
        const entry = { action: `${kind}_create`, detail: `${name}, ${of}` } as const;
        await keep(platform, entry, () => issue(platform, wanted, now));
      }),
    );

  parent
    .command('list')
    .description(says.list)
    .action(() =>
      run(async (platform) =>
        credentialList(context, await readCredentials(platform), kind, Date.now()),
      ),
    );

  parent
    .command(`rotate ${says.argument}`)
    .description(says.rotate)
    .option('--overlap <duration>', 'how long both are valid', duration, duration(overlap))
    .action((id: string, options: { overlap: number }) =>
      run((platform) =>
        keep(platform, { action: `${kind}_rotate` }, (held) =>
          rotate(platform, id, findCredential(held, kind, id), options.overlap, Date.now()),
        ),
      ),
    );

  parent
    .command(`revoke ${says.argument}`)
    .description(says.revoke)
    .action((id: string) =>
      run(async (platform) => {
        await changeCredentials(platform, context, { action: `${kind}_revoke` }, (held) => {
          findRevocable(held, kind, id);
          return { records: revocation(held, id, Date.now()), target: id };
        });
        context.print({ revoked: id }, () => says.revoked(id));
      }),
    );
}
