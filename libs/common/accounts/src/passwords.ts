import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto';
import { promisify } from 'node:util';
import { TooBusy } from './refusals.js';

/** OWASP's first choice for argon2id: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const FORM = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const derive = promisify<'argon2id', Argon2Parameters, Buffer>(argon2 as never);

/** How many are computed at once: each takes 19 MiB, and a thread of the pool for some 40 ms. */
const AT_ONCE = 2;
const WAITING = 50;

/** Hashes passwords and compares them; not many at once. */
export class Passwords {
  private running = 0;
  private readonly queue: (() => void)[] = [];
  /** What a password is compared with where there is nobody: it takes the same time. */
  private nobody: Promise<string> | undefined;

  /** @throws TooBusy when too many wait already */
  hash(password: string): Promise<string> {
    return this.inTurn(async () => {
      const salt = randomBytes(SALT_BYTES);
      const hash = await derive('argon2id', { ...COST, ...textOf(password), nonce: salt });
      const { memory, passes, parallelism } = COST;
      return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(hash)}`;
    });
  }

  /**
   * Whether the password is the one that was hashed.
   * @param stored undefined: there is nobody. It takes as long as if there were
   * @throws TooBusy when too many wait already
   */
  async verify(password: string, stored: string | undefined): Promise<boolean> {
    const against = stored ?? (await this.ofNobody());
    const parts = FORM.exec(against);
    if (!parts) return false;
    const [memory = 0, passes = 0, parallelism = 0] = parts.slice(1, 4).map(Number);
    const [salt, hash] = parts.slice(4).map((text) => Buffer.from(text, 'base64'));
    const found = await this.inTurn(() =>
      derive('argon2id', {
        ...{ memory, passes, parallelism },
        ...textOf(password),
        nonce: salt!,
        tagLength: hash!.length,
      }),
    );
    return timingSafeEqual(found, hash!) && stored !== undefined;
  }

  private ofNobody(): Promise<string> {
    this.nobody ??= this.hash(randomBytes(16).toString('hex')).catch((error: unknown) => {
      // The next one tries again: an error that stayed would tell that there is no such user.
      this.nobody = undefined;
      throw error;
    });
    return this.nobody;
  }

  /** Whether a hash was made at another cost than new ones. */
  isOutdated(stored: string): boolean {
    const [, ...cost] = FORM.exec(stored) ?? [];
    return [COST.memory, COST.passes, COST.parallelism].some((it, i) => String(it) !== cost[i]);
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) {
      if (this.queue.length >= WAITING) throw new TooBusy('too many people log in at this moment');
      await new Promise<void>((resolve) => this.queue.push(resolve));
    } else this.running++;
    try {
      return await work();
    } finally {
      const next = this.queue.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** The same password is the same bytes, however a keyboard composes its accents. */
const textOf = (password: string) => ({
  message: Buffer.from(password.normalize('NFC')),
  tagLength: HASH_BYTES,
});

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
