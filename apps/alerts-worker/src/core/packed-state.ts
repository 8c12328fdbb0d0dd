/*
 * What is known of a device beside its open alerts, as bytes: as BSON the ids of its last readings
 * alone took half of what a device may take.
 *
 *   byte 1 · ids: count, then 6 bytes each ·
 *   clocks: count, then name, time f64, and of those of arrivals progress f64 ·
 *   memories: count, then rule id, hash of its shape u32, count and numbers f64 ·
 *   raises: count, then rule id, count and times f64
 *
 * Counts are a byte. A text is its length in a byte and ASCII. All is little-endian.
 */

export interface PackedState {
  readonly ids: readonly number[];
  /** `heard` of clocks of arrivals, whose names begin with @. */
  readonly clocks: readonly {
    readonly name: string;
    readonly ts: number;
    readonly heard?: number;
  }[];
  readonly memories: readonly {
    readonly rule: string;
    readonly shape: number;
    readonly numbers: readonly number[];
  }[];
  readonly raised: readonly { readonly rule: string; readonly times: readonly number[] }[];
}

const FORMAT = 1;
const ID_HIGH = 4_294_967_296;
const MAX_COUNT = 255;
const text = (value: string): number => 1 + value.length;
const sum = <T>(items: readonly T[], size: (item: T) => number): number =>
  items.reduce((total, item) => total + size(item), 0);

export function pack({ ids, clocks, memories, raised }: PackedState): Uint8Array {
  const size =
    1 +
    (1 + ids.length * 6) +
    (1 + sum(clocks, ({ name, heard }) => text(name) + 8 + (heard === undefined ? 0 : 8))) +
    (1 + sum(memories, ({ rule, numbers }) => text(rule) + 5 + numbers.length * 8)) +
    (1 + sum(raised, ({ rule, times }) => text(rule) + 1 + times.length * 8));
  const out = new Writer(size);
  out.byte(FORMAT);
  out.byte(ids.length);
  for (const id of ids) out.id(id);
  out.byte(clocks.length);
  for (const { name, ts, heard } of clocks) {
    out.text(name);
    out.double(ts);
    if (heard !== undefined) out.double(heard);
  }
  out.byte(memories.length);
  for (const { rule, shape, numbers } of memories) {
    out.text(rule);
    out.word(shape);
    out.doubles(numbers);
  }
  out.byte(raised.length);
  for (const { rule, times } of raised) {
    out.text(rule);
    out.doubles(times);
  }
  return out.bytes;
}

/** Undefined: of another format. */
export function unpack(bytes: Uint8Array): PackedState | undefined {
  const from = new Reader(bytes);
  if (from.byte() !== FORMAT) return undefined;
  const times = <T>(read: () => T): T[] => Array.from({ length: from.byte() }, read);
  return {
    ids: times(() => from.id()),
    clocks: times(() => {
      const name = from.text();
      const ts = from.double();
      return name.startsWith('@') ? { name, ts, heard: from.double() } : { name, ts };
    }),
    memories: times(() => ({
      rule: from.text(),
      shape: from.word(),
      numbers: times(() => from.double()),
    })),
    raised: times(() => ({ rule: from.text(), times: times(() => from.double()) })),
  };
}

/** 32 bits of a text (FNV-1a). */
export function hashOf(value: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

class Writer {
  readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  byte(value: number): void {
    if (value > MAX_COUNT) throw new RangeError(`${value} is more than a device state holds`);
    this.view.setUint8(this.at++, value);
  }

  word(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  double(value: number): void {
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
  }

  id(value: number): void {
    const high = Math.floor(value / ID_HIGH);
    this.word(value - high * ID_HIGH);
    this.view.setUint16(this.at, high & 0xffff, true);
    this.at += 2;
  }

  text(value: string): void {
    this.byte(value.length);
    for (let i = 0; i < value.length; i++) this.view.setUint8(this.at++, value.charCodeAt(i));
  }

  doubles(values: readonly number[]): void {
    this.byte(values.length);
    for (const value of values) this.double(value);
  }
}

class Reader {
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.view.getUint8(this.at++);
  }

  word(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  double(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  id(): number {
    const low = this.word();
    this.at += 2;
    const high = this.view.getUint16(this.at - 2, true);
    return high * ID_HIGH + low;
  }

  text(): string {
    const length = this.byte();
    let value = '';
    for (let i = 0; i < length; i++) value += String.fromCharCode(this.byte());
    return value;
  }
}
