import type { AuditAction, AuditEntry } from './audit.js';

/** What takes a right away. It must not wait for a database that does not answer. */
const ENDS_A_RIGHT: ReadonlySet<AuditAction> = new Set([
  'key_revoke',
  'group_revoke',
  'device_block',
] as const);

export interface AuditedChange<T> {
  readonly entry: AuditEntry;
  /** Leaves a record. */
  readonly record: (entry: AuditEntry) => Promise<void>;
  /** Told that there is no record of what was done. */
  readonly missing: (error: Error) => void;
  /** Makes the change. @param before is to be awaited before anything is written */
  readonly change: (before: (made: T) => Promise<void>) => Promise<T>;
}

/**
 * A change of what is not in the database of the audit, such as the topic of the device keys. Its
 * record is written first, so that nothing is given of which there is none; where the change then
 * fails, or is not confirmed, a second record with outcome `failed` says so. What takes a right away
 * comes first, and is done whether its record can be written or not.
 * @throws what `change` throws, and `record` before anything is changed
 */
export async function auditedChange<T extends { readonly target: string }>({
  entry,
  record,
  missing,
  change,
}: AuditedChange<T>): Promise<T> {
  if (ENDS_A_RIGHT.has(entry.action)) {
    const made = await change(() => Promise.resolve());
    await record({ ...entry, target: made.target }).catch(missing);
    return made;
  }
  let recorded: AuditEntry | undefined;
  try {
    return await change(async ({ target }) => {
      await record({ ...entry, target });
      recorded = { ...entry, target };
    });
  } catch (error) {
    if (recorded) await record({ ...recorded, outcome: 'failed' }).catch(missing);
    throw error;
  }
}
