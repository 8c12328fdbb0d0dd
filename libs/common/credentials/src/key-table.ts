import type { HashedSecret, KeyRecord } from './record.js';

/** What the table keeps of a key. Times are epoch s, rounded up; 0: never. */
export interface StoredKey {
  readonly scope: string;
  readonly expires: number;
  readonly secrets: readonly { readonly sha256: Buffer; readonly expires: number }[];
}

/* A stored key: length (2), id (12), expires (4), number of secrets (1), each: hash (32), expires
   (4); then the scope. One that is revoked has no secrets, and stays. */
const ID = 2;
const EXPIRES = 14;
const COUNT = 18;
const SECRETS = 19;
const SECRET_BYTES = 36;

const CHUNK_BITS = 20;
const CHUNK_BYTES = 1 << CHUNK_BITS;
const FREE = 0;
const DELETED = 0xffffffff;
/** Slots that may be taken, deleted ones included. */
const MAX_LOAD = 0.7;
const FIRST_SLOTS = 1024;

/**
 * Keys by id, packed: a million objects would cost four times the memory and long pauses of the
 * collector. The keys lie one after another in chunks; an index with open addressing says where.
 */
export class KeyTable {
  private chunks: Buffer[] = [];
  /** Bytes used of the last chunk. */
  private end = CHUNK_BYTES;
  /** Where each key lies, plus 1: number of its chunk and offset in it. */
  private slots = new Uint32Array(FIRST_SLOTS);
  private taken = 0;
  private live = 0;
  private revoked = 0;
  private liveBytes = 0;
  private deadBytes = 0;
  private cleanUps = 0;

  /** Keys that are not revoked. */
  get size(): number {
    return this.live - this.revoked;
  }

  /** What it occupies. */
  get bytes(): number {
    return this.chunks.length * CHUNK_BYTES + this.slots.byteLength;
  }

  /** @returns false for a key that is revoked, and stays so */
  set(id: string, record: KeyRecord): boolean {
    if (!this.delete(id)) return false;
    this.put(id, encode(id, record));
    return true;
  }

  /** Ends a key for good: whatever is set later does not count. */
  revoke(id: string): void {
    if (!this.delete(id)) return;
    this.put(id, encode(id, { scope: '', secrets: [] }));
    this.revoked++;
  }

  /** @returns false for a key that is revoked, and stays so */
  delete(id: string): boolean {
    const slot = this.slotOf(id);
    if (slot < 0) return true;
    const bytes = this.at(this.slots[slot]!);
    if (bytes[COUNT] === 0) return false;
    const length = bytes.readUInt16LE(0);
    this.slots[slot] = DELETED;
    this.live--;
    this.liveBytes -= length;
    this.deadBytes += length;
    if (this.deadBytes > this.liveBytes + CHUNK_BYTES) this.rebuild();
    return true;
  }

  /** The same number as before says that a key was not touched since; 0: there is none. */
  stampOf(id: string): number {
    const place = this.placeOf(id);
    return place === 0 ? 0 : this.cleanUps * 2 ** 32 + place;
  }

  /** Where a key lies now, plus 1; 0: there is none. */
  private placeOf(id: string): number {
    const slot = this.slotOf(id);
    return slot < 0 ? 0 : this.slots[slot]!;
  }

  get(id: string): StoredKey | undefined {
    const place = this.placeOf(id);
    if (place === 0) return undefined;
    const bytes = this.at(place);
    const count = bytes[COUNT]!;
    if (count === 0) return undefined;
    const scopeAt = SECRETS + count * SECRET_BYTES;
    return {
      scope: bytes.toString('latin1', scopeAt, bytes.readUInt16LE(0)),
      expires: bytes.readUInt32LE(EXPIRES),
      secrets: Array.from({ length: count }, (_, i) => {
        const from = SECRETS + i * SECRET_BYTES;
        return {
          sha256: Buffer.from(bytes.subarray(from, from + 32)),
          expires: bytes.readUInt32LE(from + 32),
        };
      }),
    };
  }

  private at(place: number): Buffer {
    const position = place - 1;
    return this.chunks[position >>> CHUNK_BITS]!.subarray(position & (CHUNK_BYTES - 1));
  }

  private slotOf(id: string): number {
    const mask = this.slots.length - 1;
    for (let slot = hashOf(id) & mask; ; slot = (slot + 1) & mask) {
      const place = this.slots[slot]!;
      if (place === FREE) return -1;
      if (place !== DELETED && this.holds(place, id)) return slot;
    }
  }

  private holds(place: number, id: string): boolean {
    const position = place - 1;
    const chunk = this.chunks[position >>> CHUNK_BITS]!;
    const from = (position & (CHUNK_BYTES - 1)) + ID;
    for (let i = 0; i < id.length; i++) if (chunk[from + i] !== id.charCodeAt(i)) return false;
    return true;
  }

  private put(id: string, bytes: Buffer): void {
    if (this.taken + 1 > this.slots.length * MAX_LOAD) this.rebuild();
    this.insert(id, this.store(bytes));
  }

  private insert(id: string, place: number): void {
    const mask = this.slots.length - 1;
    let slot = hashOf(id) & mask;
    while (this.slots[slot] !== FREE) slot = (slot + 1) & mask;
    this.slots[slot] = place;
    this.taken++;
    this.live++;
  }

  private store(bytes: Buffer): number {
    if (this.end + bytes.length > CHUNK_BYTES) {
      this.chunks.push(Buffer.allocUnsafeSlow(CHUNK_BYTES));
      this.end = 0;
    }
    const position = (this.chunks.length - 1) * CHUNK_BYTES + this.end;
    bytes.copy(this.chunks.at(-1)!, this.end);
    this.end += bytes.length;
    this.liveBytes += bytes.length;
    return position + 1;
  }

  /** Makes room in the index, and leaves out what was deleted. */
  private rebuild(): void {
    const { slots, chunks, deadBytes } = this;
    let size = FIRST_SLOTS;
    while (size * MAX_LOAD < (this.live + 1) * 1.2) size *= 2;
    this.slots = new Uint32Array(size);
    this.taken = this.live = 0;
    const clean = deadBytes > 0;
    if (clean) {
      this.cleanUps++;
      this.chunks = [];
      this.end = CHUNK_BYTES;
      this.liveBytes = this.deadBytes = 0;
    }
    for (const place of slots) {
      if (place === FREE || place === DELETED) continue;
      const position = place - 1;
      const from = chunks[position >>> CHUNK_BITS]!.subarray(position & (CHUNK_BYTES - 1));
      const bytes = from.subarray(0, from.readUInt16LE(0));
      this.insert(bytes.toString('latin1', ID, EXPIRES), clean ? this.store(bytes) : place);
    }
  }
}

function encode(
  id: string,
  { scope, secrets, expires_at }: Pick<KeyRecord, 'scope' | 'secrets' | 'expires_at'>,
): Buffer {
  const bytes = Buffer.alloc(SECRETS + secrets.length * SECRET_BYTES + scope.length);
  bytes.writeUInt16LE(bytes.length);
  bytes.write(id, ID, 'latin1');
  bytes.writeUInt32LE(secondsOf(expires_at), EXPIRES);
  bytes[COUNT] = secrets.length;
  secrets.forEach((secret: HashedSecret, i) => {
    const from = SECRETS + i * SECRET_BYTES;
    Buffer.from(secret.sha256, 'base64url').copy(bytes, from);
    bytes.writeUInt32LE(secondsOf(secret.expires_at), from + 32);
  });
  bytes.write(scope, SECRETS + secrets.length * SECRET_BYTES, 'latin1');
  return bytes;
}

const secondsOf = (epochMs: number | undefined): number =>
  epochMs === undefined ? 0 : Math.min(Math.ceil(epochMs / 1000), 0xffffffff);

/** FNV-1a. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
