import { auditedChange, type AuditEntry } from '@iot/accounts';
import {
  changeCredentials as change,
  Contended,
  isIncomplete,
  NoSuchCredential,
  readCredentials as read,
  type Change,
  type Held,
} from '@iot/key-ring';
import { audited } from '../accounts/audited.js';
import type { Platform } from '../connection/platform.js';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';

/** Reads the whole topic, which is made when it is not there. @throws CommandError */
export function readCredentials(platform: Platform): Promise<Held> {
  return told(read(platform));
}

/** What a command changes, and whose record in the audit it is. */
export interface AuditedChange extends Change {
  readonly target: string;
}

/**
 * Changes keys, and leaves a record of it.
 * @param make is called again where another's change came in between
 * @throws CommandError
 */
export function changeCredentials<T extends AuditedChange>(
  platform: Platform,
  context: Context,
  entry: AuditEntry,
  make: (held: Held) => T,
): Promise<T> {
  return told(
    auditedChange<T>({
      entry,
      // It says by itself that there is none.
      record: (filled) => audited(platform, context, filled),
      missing: () => undefined,
      change: (before) => change(platform, make, before),
    }),
  );
}

async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (isIncomplete(error) || error instanceof Contended)
      throw new CommandError((error as Error).message, EXIT.failed);
    if (error instanceof NoSuchCredential)
      throw new CommandError(
        `${error.message}; \`telemetryctl keys list\` and \`groups list\` show those that there are`,
        EXIT.usage,
      );
    throw error;
  }
}
