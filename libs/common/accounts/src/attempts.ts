import { hash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { DUPLICATE_KEY, type AttemptsDocument, type Collection } from '@iot/mongo';

const WINDOW_MS = 15 * 60_000;
/** Attempts in a window. */
export const LIMITS = { account: 20, address: 60 } as const;
export type Limited = keyof typeof LIMITS;

/**
 * Counts attempts to log in, for all replicas together. An attempt counts before it is looked at,
 * so that many at once do not all pass.
 */
export class Attempts {
  constructor(private readonly attempts: Collection<AttemptsDocument>) {}

  /** @returns seconds to wait; 0: it may be tried */
  async add(what: Limited, whose: string, now: Date): Promise<number> {
    const { id, end } = windowOf(what, whose, now);
    const count = await this.increment(id, 1, end);
    return count > LIMITS[what] ? Math.ceil((end.getTime() - now.getTime()) / 1000) : 0;
  }

  /** It went well: the account begins anew, and the address has this attempt back. */
  async forgive(account: string, address: string, now: Date): Promise<void> {
    await this.attempts.deleteOne({ _id: windowOf('account', account, now).id });
    await this.giveBack(address, now);
  }

  /** It went well: the address has this attempt back. */
  async giveBack(address: string, now: Date): Promise<void> {
    const { id, end } = windowOf('address', address, now);
    await this.increment(id, -1, end);
  }

  /**
   * Notes that what counts once is used. @param end from when on nobody takes it anyway
   * @returns false: it was used before
   */
  async use(what: string, end: Date): Promise<boolean> {
    const _id = `used/${hash('sha256', what, 'base64url')}`;
    try {
      await this.attempts.insertOne({ _id, count: 1, expire_at: end });
      return true;
    } catch (error) {
      if ((error as { code?: number }).code !== DUPLICATE_KEY) throw error;
      return false;
    }
  }

  private async increment(id: string, by: number, end: Date, again = true): Promise<number> {
    try {
      const found = await this.attempts.findOneAndUpdate(
        { _id: id },
        { $inc: { count: by }, $setOnInsert: { expire_at: end } },
        { upsert: true, returnDocument: 'after' },
      );
      return found?.count ?? 0;
    } catch (error) {
      // Two made the document at once.
      if ((error as { code?: number }).code !== DUPLICATE_KEY || !again) throw error;
      return this.increment(id, by, end, false);
    }
  }
}

/** What is typed as a name may be a password, so it is not stored as it is. */
function windowOf(what: Limited, whose: string, now: Date) {
  const start = Math.floor(now.getTime() / WINDOW_MS) * WINDOW_MS;
  const key = hash('sha256', what === 'address' ? networkOf(whose) : whose, 'base64url');
  return { id: `${what}/${key}/${start}`, end: new Date(start + WINDOW_MS) };
}

/** Whoever has an IPv6 address has a network of them. */
function networkOf(address: string): string {
  if (!isIPv6(address) || address.toLowerCase().startsWith('::ffff:')) return address;
  const [head = '', tail] = address.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  if (tail !== undefined)
    groups.push(...Array<string>(8 - groups.length - after.length).fill('0'), ...after);
  return groups
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':');
}
