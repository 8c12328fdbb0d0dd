import { InvalidArgumentError, type Command } from 'commander';
import {
  isScope,
  SCOPE_RULE,
  type GroupRecord,
  type Issued,
  type KeyRecord,
  type Wanted,
} from '@iot/credentials';
import type { Platform } from '../connection/platform.js';
import type { Context } from '../context.js';
import { EXIT } from '../exit.js';
import { duration } from '../values.js';
import { find } from './find.js';
import { credentialList } from './list.js';
import { audited } from '../accounts/audited.js';
import { readCredentials, writeCredentials } from './topic.js';

interface Records {
  readonly key: KeyRecord;
  readonly group: GroupRecord;
}

/** What keys and groups have of their own in what both go through. */
export interface Lifecycle<Kind extends keyof Records> {
  readonly kind: Kind;
  readonly issue: (platform: Platform, wanted: Wanted, now: number) => Issued<Records[Kind]>;
  readonly rotate: (
    platform: Platform,
    id: string,
    record: Records[Kind],
    overlapMs: number,
    now: number,
  ) => Issued<Records[Kind]>;
  /** Shows a secret, this once. */
  readonly show: (issued: Issued<Records[Kind]>) => void;
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
export function addLifecycle<Kind extends keyof Records>(
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
    what: 'create' | 'rotate',
    issued: Issued<Records[Kind]>,
  ): Promise<void> => {
    const { id, record } = issued;
    await writeCredentials(platform, new Map([[id, record]]));
    show(issued);
    const detail = `${record.name}, ${record.scope}`;
    await audited(platform, context, { action: `${kind}_${what}`, target: id, detail });
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
        await keep(platform, 'create', issue(platform, wanted, now));
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
      run(async (platform) => {
        const record = find(await readCredentials(platform), kind, id) as Records[Kind];
        const issued = rotate(platform, id, record, options.overlap, Date.now());
        await keep(platform, 'rotate', issued);
      }),
    );

  parent
    .command(`revoke ${says.argument}`)
    .description(says.revoke)
    .action((id: string) =>
      run(async (platform) => {
        const held = await readCredentials(platform);
        if (!held.has(id)) find(held, kind, id);
        // With a group go its blocked devices.
        const gone = [...held.keys()].filter((key) => key === id || key.startsWith(`${id}/`));
        await writeCredentials(platform, new Map(gone.map((key) => [key, null])));
        context.print({ revoked: id }, () => says.revoked(id));
        await audited(platform, context, { action: `${kind}_revoke`, target: id });
      }),
    );
}
