import {
  encodeCredential,
  revocationKey,
  revokedIdOf,
  type CredentialRecord,
} from '@iot/credentials';
import { fold, type Held, type WrittenRecord } from './fold.js';

/** The offset behind the last record, by partition. */
export type LogEnd = ReadonlyMap<number, number>;

/** The topic, as a change reads and writes it. */
export interface CredentialLog {
  /**
   * Reads to the end as of now, which it returns. Records of one key come in their order.
   * @param from absent: from the beginning
   */
  read(from: LogEnd | undefined, onRecord: (record: WrittenRecord) => void): Promise<LogEnd>;
  /** Writes durably. @returns whether nothing came between `end` and what was written */
  append(records: readonly WrittenRecord[], end: LogEnd): Promise<boolean>;
}

/** What is to be written. */
export interface Change {
  /** By id; null: the credential is to be gone. */
  readonly records: ReadonlyMap<string, CredentialRecord | null>;
}

/** Others changed the same again and again. */
export class Contended extends Error {
  override readonly name = 'Contended';
}

const MOST_TRIES = 10;

/**
 * Reads the log, makes a change of what it holds, and writes it. Nobody is locked out meanwhile, so
 * it looks what came between the two: where that is about the same credential, it was written over,
 * and the change is made again of it. A revocation needs no such look, as it stands beside what is
 * written over (`revocationKey`): a change that knows nothing of it revives nothing.
 * @param make is called for each try
 * @param before is awaited once, before the first write
 * @throws Contended
 */
export async function changeLog<T extends Change>(
  log: CredentialLog,
  make: (held: Held) => T,
  before?: (made: T) => Promise<void>,
): Promise<T> {
  const held: Held = new Map();
  const own = new Set<string>();
  let end = await log.read(undefined, (record) => fold(held, record));
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const made = make(held);
    if (tries === 0) await before?.(made);
    const records = writtenRecords(made.records);
    for (const record of records) own.add(identityOf(record));
    if (records.length === 0 || (await log.append(records, end))) return made;
    const others = new Set<string>();
    let wroteOver = false;
    end = await log.read(end, (record) => {
      if (own.has(identityOf(record))) wroteOver ||= others.has(record.key);
      else {
        others.add(revokedIdOf(record.key) ?? record.key);
        fold(held, record);
      }
    });
    if (!wroteOver) return made;
  }
  throw new Contended('others change the same device keys again and again');
}

/** As they stand in the topic; revocations come first. */
export function writtenRecords(
  records: ReadonlyMap<string, CredentialRecord | null>,
): WrittenRecord[] {
  const revocations: WrittenRecord[] = [];
  const others: WrittenRecord[] = [];
  for (const [id, record] of records) {
    const value = record && Buffer.from(encodeCredential(record));
    if (record?.kind === 'revoked') revocations.push({ key: revocationKey(id), value });
    // Of a revoked one nothing else is to be kept.
    others.push({ key: id, value: record?.kind === 'revoked' ? null : value });
  }
  return [...revocations, ...others];
}

/** Secrets are random, so no two changes write the same. */
const identityOf = ({ key, value }: WrittenRecord): string =>
  `${key} ${value === null ? '' : Buffer.from(value).toString()}`;
