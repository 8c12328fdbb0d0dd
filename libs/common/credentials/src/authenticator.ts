import { hash, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Credentials, Group } from './credentials.js';
import { parseKey, type DeviceKey } from './device-key.js';
import { deviceSecret } from './group-secret.js';
import { scopeHolds, scopePrefix } from './scope.js';

/** Why a request may not write at all. */
export const UNAUTHORIZED = [
  'missing',
  'unsupported_scheme',
  'malformed',
  'mistyped',
  'unknown',
  'expired',
  'unavailable',
] as const;
export type Unauthorized = (typeof UNAUTHORIZED)[number];

/** What a key that was checked allows. */
export interface Grant {
  /** Id of the key or the group. */
  readonly id: string;
  /** Whether readings of a device may come by this key. @param now epoch ms */
  allows(deviceId: string, now: number): boolean;
}

/** How many keys are remembered as checked, of those that came last. */
const REMEMBERED = 50_000;
/** Longer than a key with a device id as its user; who pads one must not fill the memory. */
const LONGEST_REMEMBERED = 300;
/** Devices on which a key of a group is tried; it is for one, and each try is a hash. */
const MOST_TRIES = 16;

/** Checks `Authorization` headers against the credentials; what was right once is remembered. */
export class Authenticator {
  private readonly remembered: LRUCache<string, CheckedKey | CheckedGroupKey>;

  /** @param most how many keys are remembered */
  constructor(
    private readonly credentials: Credentials,
    most = REMEMBERED,
  ) {
    this.remembered = new LRUCache({ max: most });
  }

  /** Keys that are remembered as checked. */
  get rememberedCount(): number {
    return this.remembered.size;
  }

  /** @param header `Bearer <key>`, or `Basic` with the key as password; @param now epoch ms */
  check(header: string | undefined, now: number): Grant | Unauthorized {
    if (header === undefined) return 'missing';
    const remembered = this.remembered.get(header);
    if (remembered?.isValid(now)) return remembered;
    const text = keyOf(header);
    if (text === undefined) return 'unsupported_scheme';
    const key = parseKey(text);
    if (typeof key === 'string') return key;
    if (key.kind === 'group') return this.ofGroup(header, key, now);
    const grant = this.single(key, now);
    if (typeof grant !== 'string') this.remember(header, grant);
    return grant;
  }

  private remember(header: string, grant: CheckedKey | CheckedGroupKey): void {
    if (header.length <= LONGEST_REMEMBERED) this.remembered.set(header, grant);
  }

  private single({ id, secret }: DeviceKey, now: number): CheckedKey | Unauthorized {
    const { credentials } = this;
    const stored = credentials.key(id);
    if (!stored) return 'unknown';
    const sha256 = hash('sha256', secret, 'buffer');
    const found = stored.secrets.find((one) => timingSafeEqual(one.sha256, sha256));
    if (!found) return 'unknown';
    const expires = Math.min(inMs(stored.expires), inMs(found.expires));
    if (expires <= now) return 'expired';
    return new CheckedKey(id, stored.scope, expires, credentials);
  }

  private ofGroup(
    header: string,
    { id, secret }: DeviceKey,
    now: number,
  ): CheckedGroupKey | Unauthorized {
    const group = this.credentials.group(id);
    if (!group) return 'unknown';
    if (!group.secrets) return 'unavailable';
    if ((group.expires_at ?? Infinity) <= now) return 'expired';
    // Remembered once it fitted: whoever knows the id of a group must not fill the memory.
    const grant: CheckedGroupKey = new CheckedGroupKey(id, secret, group, this.credentials, () =>
      this.remember(header, grant),
    );
    return grant;
  }
}

class CheckedKey implements Grant {
  private readonly stamp: number;
  /** What ids begin with; undefined: the scope is one id. */
  private readonly prefix: string | undefined;

  /** @param expires epoch ms */
  constructor(
    readonly id: string,
    private readonly scope: string,
    private readonly expires: number,
    private readonly credentials: Credentials,
  ) {
    this.stamp = credentials.keys.stampOf(id);
    this.prefix = scopePrefix(scope);
  }

  /** Whether the key is as it was when it was checked. */
  isValid(now: number): boolean {
    return now < this.expires && this.credentials.keys.stampOf(this.id) === this.stamp;
  }

  allows(deviceId: string): boolean {
    const { prefix } = this;
    return prefix === undefined ? deviceId === this.scope : deviceId.startsWith(prefix);
  }
}

/** A key of a group does not say whose it is: the first reading that it fits does. */
class CheckedGroupKey implements Grant {
  private device: string | undefined;
  private expires = Infinity;
  /** The last device that it did not fit, and how many there were. */
  private misfit: string | undefined;
  private tries = 0;

  constructor(
    readonly id: string,
    private readonly secret: Buffer,
    private readonly group: Group,
    private readonly credentials: Credentials,
    private readonly found: () => void,
  ) {}

  isValid(now: number): boolean {
    return (
      now < Math.min(this.expires, this.group.expires_at ?? Infinity) &&
      this.credentials.group(this.id) === this.group
    );
  }

  allows(deviceId: string, now: number): boolean {
    if (this.device === undefined) this.find(deviceId, now);
    return (
      this.device === deviceId &&
      now < this.expires &&
      !this.credentials.isBlocked(this.id, deviceId)
    );
  }

  private find(deviceId: string, now: number): void {
    if (deviceId === this.misfit || !scopeHolds(this.group.scope, deviceId)) return;
    if (++this.tries > MOST_TRIES) return;
    for (const { secret, expires_at = Infinity } of this.group.secrets!) {
      if (expires_at <= now || !timingSafeEqual(deviceSecret(secret, deviceId), this.secret))
        continue;
      this.device = deviceId;
      this.expires = expires_at;
      this.found();
      return;
    }
    this.misfit = deviceId;
  }
}

/** The key in a header; undefined for another scheme. */
function keyOf(header: string): string | undefined {
  const [scheme, value, ...rest] = header.trim().split(/ +/);
  if (value === undefined || rest.length > 0) return undefined;
  if (scheme!.toLowerCase() === 'bearer') return value;
  if (scheme!.toLowerCase() !== 'basic') return undefined;
  const text = Buffer.from(value, 'base64').toString('latin1');
  return text.slice(text.indexOf(':') + 1);
}

const inMs = (epochS: number): number => (epochS === 0 ? Infinity : epochS * 1000);
