import {
  Authenticator,
  Credentials,
  newKey,
  rotatedKey,
  type CredentialRecord,
  type KeyRecord,
} from '@iot/credentials';
import fc from 'fast-check';
import { changeLog, type Change, type CredentialLog, type LogEnd } from './change.js';
import { revocation } from './describe.js';
import type { Held, WrittenRecord } from './fold.js';

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;
const key = newKey({ name: 'press', scope: '*' }, NOW);

/** A topic of one partition. Each step of who reads and writes it waits for its turn. */
class PlayedLog implements CredentialLog {
  readonly records: (WrittenRecord & { readonly offset: number })[] = [];
  end = 0;

  constructor(private readonly turn: (step: string) => Promise<void>) {}

  async read(from: LogEnd | undefined, onRecord: (record: WrittenRecord) => void): Promise<LogEnd> {
    await this.turn('read');
    const first = from?.get(0) ?? 0;
    for (const record of this.records) if (record.offset >= first) onRecord(record);
    return new Map([[0, this.end]]);
  }

  async append(records: readonly WrittenRecord[], end: LogEnd): Promise<boolean> {
    await this.turn('append');
    const follows = this.end === end.get(0);
    for (const record of records) this.records.push({ ...record, offset: this.end++ });
    return follows;
  }

  /**
   * Leaves only the newest record of each key, and no tombstone, of those before an offset.
   * @param before what came later has not lain for as long as the topic leaves records alone
   */
  compact(before = Infinity): void {
    const newest = new Map(this.records.map((record) => [record.key, record]));
    const kept = this.records.filter(
      (record) =>
        record.offset >= before || (newest.get(record.key) === record && record.value !== null),
    );
    this.records.splice(0, Infinity, ...kept);
  }

  /** What a service makes of it that has read it from `from` to its end. */
  table(from: readonly WrittenRecord[] = []): Authenticator {
    const credentials = new Credentials(undefined);
    for (const record of [...from, ...this.records]) credentials.apply(record.key, record.value);
    return new Authenticator(credentials);
  }
}

const found = (held: Held): KeyRecord => {
  const record = held.get(key.id);
  if (record?.kind !== 'key') throw new Error('it is gone');
  return record;
};
const rotation = (held: Held): Change & { secret: string } => {
  const { record, secret } = rotatedKey(key.id, found(held), HOUR, NOW);
  return { records: new Map([[key.id, record]]), secret };
};
const revoked = (held: Held): Change => {
  found(held);
  return { records: revocation(held, key.id, NOW) };
};
/** Those of secrets that are taken. */
const taken = (table: Authenticator, secrets: readonly string[]): string[] =>
  secrets.filter((secret) => typeof table.check(`Bearer ${secret}`, NOW) !== 'string');

type Act = 'rotate' | 'revoke' | 'compact' | 'change another';
type Changing = <T extends Change>(log: CredentialLog, make: (held: Held) => T) => Promise<T>;

/** Plays acts that overlap, each by a process of its own, and says what was wrong in the end. */
async function play(
  scheduler: fc.Scheduler,
  acts: readonly Act[],
  changing: Changing = changeLog,
): Promise<string | undefined> {
  const log = new PlayedLog((step) => scheduler.schedule(Promise.resolve(), step));
  const made = changeLog(log, () => ({ records: new Map([[key.id, key.record]]) }));
  await scheduler.waitFor(made);
  const before = [...log.records];
  const handed: string[] = [];
  let isRevoked = false;
  let revived = false;
  const underWay = new Map<number, number>();
  const running = acts.map(async (act, i): Promise<void> => {
    await scheduler.schedule(Promise.resolve(), `${act} begins`);
    if (act === 'compact') return log.compact(Math.min(log.end, ...underWay.values()));
    underWay.set(i, log.end);
    if (act === 'rotate') {
      handed.push((await changing(log, rotation)).secret);
    } else if (act === 'revoke') {
      await changing(log, revoked);
      isRevoked = true;
    } else {
      const other = newKey({ name: 'other', scope: '*' }, NOW);
      await changing(log, () => ({ records: new Map([[other.id, other.record]]) }));
    }
    underWay.delete(i);
    revived ||= isRevoked && taken(log.table(), [key.secret, ...handed]).length > 0;
  });
  await scheduler.waitFor(Promise.allSettled(running));
  // One that read all along, one that starts now, and one that starts after a clean-up.
  for (const table of [log.table(before), log.table(), (log.compact(), log.table())])
    revived ||= isRevoked && taken(table, [key.secret, ...handed]).length > 0;
  if (revived) return 'a revoked key was taken';
  // A key has two secrets: of two rotations at the same time both count.
  if (isRevoked || handed.length > 2) return undefined;
  return taken(log.table(), handed).length < handed.length ? 'a secret was lost' : undefined;
}

const someActs = fc.array(
  fc.constantFrom<Act>('rotate', 'rotate', 'revoke', 'compact', 'change another'),
  { minLength: 2, maxLength: 6 },
);

it('keeps a revoked key revoked, and every secret that was handed out, however it overlaps', () =>
  fc.assert(
    fc.asyncProperty(fc.scheduler(), someActs, async (scheduler, acts) => {
      expect(await play(scheduler, acts)).toBeUndefined();
    }),
    { numRuns: 200 },
  ));

/** Reads, and writes what is made of it, with no look at what came between. */
const careless: Changing = async (log, make) => {
  const change = await changeLog({ ...reading(log), append: () => Promise.resolve(true) }, make);
  await log.append(
    written(change, (id) => `revoked/${id}`),
    new Map(),
  );
  return change;
};
/** Revokes as it is easiest: by a tombstone. */
const byTombstone: Changing = async (log, make) => {
  const change = await changeLog({ ...reading(log), append: () => Promise.resolve(true) }, make);
  await log.append(
    written(change, () => undefined),
    new Map(),
  );
  return change;
};
/** Revokes by a record in the place of the key, which a later one writes over. */
const inItsPlace: Changing = async (log, make) => {
  const change = await changeLog({ ...reading(log), append: () => Promise.resolve(true) }, make);
  await log.append(
    written(change, (id) => id),
    new Map(),
  );
  return change;
};
const reading = (log: CredentialLog): Pick<CredentialLog, 'read'> => ({
  read: (from, onRecord) => log.read(from, onRecord),
});
function written(
  { records }: Change,
  revokedAt: (id: string) => string | undefined,
): WrittenRecord[] {
  return [...records].map(([id, record]: [string, CredentialRecord | null]) => {
    const at = record?.kind === 'revoked' ? revokedAt(id) : id;
    const value = record && Buffer.from(JSON.stringify({ v: 1, ...record }));
    return at === undefined ? { key: id, value: null } : { key: at, value };
  });
}

it.each([
  ['that looks at nothing in between', careless, 'a secret was lost'],
  ['that revokes by a tombstone', byTombstone, 'a revoked key was taken'],
  ['that revokes in the place of the key', inItsPlace, 'a revoked key was taken'],
])('finds a change %s', async (_, changing, wrong) => {
  const run = await fc.check(
    fc.asyncProperty(
      fc.scheduler(),
      someActs,
      async (scheduler, acts) => (await play(scheduler, acts, changing)) !== wrong,
    ),
    { numRuns: 500 },
  );
  expect(run.failed).toBe(true);
});
