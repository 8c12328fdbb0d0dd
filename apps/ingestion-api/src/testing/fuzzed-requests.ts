import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from 'node:zlib';

/**
 * A generated request. `text` is its body after inflation, as UTF-8; absent where it cannot be
 * inflated.
 */
export interface FuzzedRequest {
  readonly path: '/ingest' | '/ingest/batch';
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  readonly text?: string;
}

/** A number in [0, 1); the same seed gives the same numbers. */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const FIELDS = [
  'device_id',
  'ts',
  'timestamp',
  'event_id',
  'temperature_c',
  'temperature',
  'humidity',
  'voltage',
  'lat',
  'lon',
];
const ODD_FIELDS = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  'co2',
  '\\ud800',
  '\\u0000',
  'Humidity',
  'device_id ',
];
const ODD_VALUES = [
  'null',
  'true',
  '"40"',
  '""',
  '1e999',
  '-1e999',
  '1e-999',
  '-0',
  '1E5',
  '01',
  '.5',
  '+1',
  'NaN',
  'Infinity',
  '0x10',
  '9'.repeat(400),
  `0.${'1'.repeat(300)}`,
  '{}',
  '[]',
  '{"__proto__":{"x":1}}',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\u0000"',
  '"é"',
  '1.7976931348623157e308',
  '5e-324',
];

/** Content-Encoding, and what is done to the body: not always the same. */
const COMPRESSIONS: readonly (readonly [string, (body: Buffer) => Buffer])[] = [
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['gzip', (body) => body],
  ['zstd', gzipSync],
  ['br', gzipSync],
];

function inflate(encoding: string, body: Buffer): string | undefined {
  try {
    return (
      encoding === 'gzip'
        ? gunzipSync(body)
        : encoding === 'br'
          ? brotliDecompressSync(body)
          : inflateSync(body)
    ).toString();
  } catch {
    return undefined;
  }
}

/**
 * Makes requests that are near to right, in the ways in which clients and attackers get them wrong.
 */
export class Bodies {
  private made = 0;

  constructor(
    private readonly random: Random,
    private readonly now: number,
  ) {}

  next(): FuzzedRequest {
    const text = this.text();
    const path = this.chance(0.5) ? '/ingest' : '/ingest/batch';
    const headers: Record<string, string> = { 'content-type': this.contentType(path) };
    if (this.chance(0.02))
      headers['idempotency-key'] = this.pick(['k:1', '"k:2"', '', 'a b', 'x'.repeat(65)]);
    let body: Buffer = Buffer.from(text);
    if (this.chance(0.03))
      body = this.pick([
        Buffer.from(text, 'utf16le'),
        Buffer.from(`${text}é`, 'latin1'),
        this.noise(300),
      ]);
    if (!this.chance(0.25)) return { path, headers, body, text: body.toString() };
    const [encoding, compress] = this.pick(COMPRESSIONS);
    headers['content-encoding'] = encoding;
    body = compress(body);
    if (this.chance(0.3)) body = body.subarray(0, Math.floor(this.random() * body.length));
    else if (this.chance(0.2)) body = this.flip(body);
    const inflated = inflate(encoding, body);
    return { path, headers, body, ...(inflated !== undefined && { text: inflated }) };
  }

  private contentType(path: string): string {
    if (this.chance(0.05))
      return this.pick([
        'text/plain',
        'application/json; charset=utf-16',
        'application/x-www-form-urlencoded',
        'multipart/form-data',
        'application/json;',
        '',
      ]);
    return path === '/ingest' || this.chance(0.5) ? 'application/json' : 'application/x-ndjson';
  }

  private text(): string {
    const kind = this.random();
    if (kind < 0.3) return this.reading();
    if (kind < 0.6) return this.many();
    if (kind < 0.85) return this.mutated(this.chance(0.6) ? this.reading() : this.many());
    if (kind < 0.9) return this.nested();
    if (kind < 0.92) return this.crowded();
    return this.pick([
      '',
      ' ',
      '\n\n',
      'null',
      '[]',
      '{}',
      '[[]]',
      '"',
      '\uFEFF{}',
      'true',
      '[,]',
      `"${'x'.repeat(5000)}"`,
      ODD_VALUES[this.below(ODD_VALUES.length)]!,
    ]);
  }

  private many(): string {
    const items = Array.from({ length: 1 + this.below(12) }, () =>
      this.chance(0.9) ? this.reading() : this.pick(ODD_VALUES),
    );
    return this.chance(0.5) ? `[${items.join()}]` : items.join(this.pick(['\n', '\r\n', '\n\n']));
  }

  /** Mostly right; each has a device of its own. */
  private reading(): string {
    const n = this.made++;
    const fields: [string, string][] = [['device_id', `"f-${n}"`]];
    if (this.chance(0.5)) fields.push([this.pick(['ts', 'timestamp']), this.time()]);
    if (this.chance(0.3)) fields.push(['event_id', `"e:${n}"`]);
    if (this.chance(0.7))
      fields.push([
        this.pick(['temperature', 'temperature_c']),
        String(Math.round(this.random() * 1e4) / 100),
      ]);
    fields.push(['humidity', this.pick(['40', '-0', '1e2', '5e-324', '12.50', '1E-7', '0.1'])]);
    if (this.chance(0.2)) fields.push(['lat', '1e-7'], ['lon', '-179.99']);
    while (this.chance(0.12))
      fields.push([this.pick(this.chance(0.5) ? FIELDS : ODD_FIELDS), this.pick(ODD_VALUES)]);
    return `{${fields.map(([name, value]) => `"${name}":${value}`).join()}}`;
  }

  private time(): string {
    const ms = this.now - 1 - this.below(1_000_000);
    const text = new Date(ms).toISOString();
    return this.pick([
      String(ms),
      `"${text}"`,
      `"${text.slice(0, -1)}999Z"`,
      `"${text.slice(0, -5)}Z"`,
      `"${text.slice(0, -1)}+00:00"`,
      '"2026-02-30T00:00:00Z"',
      '1e300',
      '0',
    ]);
  }

  private mutated(text: string): string {
    let result = text;
    for (let i = 1 + this.below(4); i > 0; i--) {
      const at = this.below(result.length + 1);
      const bit = this.pick([
        '"',
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '\\',
        '\n',
        '0',
        '-',
        'e',
        '\u0000',
        'é',
        '\ud83d\ude00',
        ' ',
        '',
        '',
      ]);
      const until = this.chance(0.3) ? at + this.below(20) : at + (bit === '' ? 1 : 0);
      result = result.slice(0, at) + bit + result.slice(until);
    }
    return result;
  }

  private nested(): string {
    const depth = 1 + this.below(20_000);
    const [open, close] = this.pick([
      ['[', ']'],
      ['{"a":', '}'],
      ['{"humidity":', '}'],
      ['[{"x":', '}]'],
    ] as const);
    return (
      open.repeat(depth) +
      (open.endsWith(':') ? '1' : '') +
      (this.chance(0.7) ? close.repeat(depth) : '')
    );
  }

  /** A reading with up to 10,000 fields that nobody knows. */
  private crowded(): string {
    const fields = Array.from({ length: this.below(10_000) }, (_, i) => `"f${i}":${i}`);
    return `{"device_id":"f-${this.made++}","humidity":1${fields.length > 0 ? ',' : ''}${fields.join()}}`;
  }

  private noise(most: number): Buffer {
    return Buffer.from(Array.from({ length: this.below(most) }, () => this.below(256)));
  }

  private flip(body: Buffer): Buffer {
    const copy = Buffer.from(body);
    if (copy.length > 0) copy[this.below(copy.length)]! ^= 1 << this.below(8);
    return copy;
  }

  private chance(probability: number): boolean {
    return this.random() < probability;
  }

  private below(limit: number): number {
    return Math.floor(this.random() * limit);
  }

  private pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }
}
