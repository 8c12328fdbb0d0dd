import type { CredentialOf } from '@iot/credentials';
import { CommandError, EXIT } from '../exit.js';
import type { Held } from '@iot/key-ring';

/** The record of an id that a command was given. @throws CommandError saying what there is */
export function find<Kind extends 'key' | 'group'>(
  held: Held,
  kind: Kind,
  id: string,
): CredentialOf<Kind> {
  const record = held.get(id);
  if (record?.kind === kind) return record as CredentialOf<Kind>;
  if (record?.kind === 'revoked') throw new CommandError(`${id} is revoked, for good`, EXIT.usage);
  const list = kind === 'key' ? 'keys list' : 'groups list';
  throw new CommandError(
    held.has(id) && !record
      ? `the record of ${id} cannot be read, so it is out of force; revoke it, or write it anew`
      : `there is no ${kind} ${id}; \`telemetryctl ${list}\` shows those that there are`,
    EXIT.usage,
  );
}
