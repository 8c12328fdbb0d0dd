import { types } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { CODEC, inflate } from './inflate.js';
import { InflatesTooLarge } from './output.js';

const LIMIT = 1 << 20;
const int32 = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(n);
  return bytes;
};
const uint32LE = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n);
  return bytes;
};

/**
 * A Snappy block: `ab`, six more of it by a match that repeats itself, `z` seventy times by
 * literals of a long length, one far match.
 */
const SNAPPY = Buffer.concat([
  Buffer.from([2 + 6 + 70 + 5]),
  Buffer.from([(2 - 1) << 2, 0x61, 0x62]),
  Buffer.from([1 | ((6 - 4) << 2), 2]),
  Buffer.from([60 << 2, 69]),
  Buffer.alloc(70, 'z'),
  Buffer.from([2 | ((5 - 1) << 2), 78, 0]),
]);
const TEXT = `${'ab'.repeat(4)}${'z'.repeat(70)}ababa`;
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const xerial = (...blocks: Buffer[]): Buffer =>
  Buffer.concat([XERIAL, ...blocks.flatMap((block) => [int32(block.length), block])]);

const LZ4_MAGIC = uint32LE(0x184d2204);
/** Literals `abcdefgh`, a match of 300 bytes that repeats them, then literals only. */
const LZ4_BLOCK = Buffer.concat([
  Buffer.from([0x8f]),
  Buffer.from('abcdefgh'),
  Buffer.from([8, 0, 255, 300 - 4 - 15 - 255]),
  Buffer.from([0x10, 0x78]),
]);
/** In a frame of linked blocks the second one may refer to the first. */
const LZ4_LINKED = Buffer.concat([Buffer.from([0x04, 8, 0]), Buffer.from([0x10, 0x79])]);
const LZ4_TEXT = `${'abcdefgh'.repeat(39).slice(0, 308)}x`;
interface FrameOptions {
  readonly flags: number;
  readonly blocks: readonly Buffer[];
}
const frame = ({ flags, blocks }: FrameOptions): Buffer =>
  Buffer.concat([
    LZ4_MAGIC,
    Buffer.from([0x40 | flags, 0x40]),
    ...((flags & 0x08) !== 0 ? [Buffer.alloc(8)] : []),
    Buffer.from([0]),
    ...blocks.flatMap((block) => [
      uint32LE(block.length),
      block,
      ...((flags & 0x10) !== 0 ? [Buffer.alloc(4)] : []),
    ]),
    uint32LE(0),
    ...((flags & 0x04) !== 0 ? [Buffer.alloc(4)] : []),
  ]);

describe('inflate', () => {
  it.each([
    ['a bare Snappy block', CODEC.snappy, SNAPPY, TEXT],
    ['a Snappy stream of Java', CODEC.snappy, xerial(SNAPPY, SNAPPY), TEXT + TEXT],
    [
      'Snappy streams behind one another',
      CODEC.snappy,
      Buffer.concat([xerial(SNAPPY), xerial(SNAPPY)]),
      TEXT + TEXT,
    ],
    ['an LZ4 frame', CODEC.lz4, frame({ flags: 0x20, blocks: [LZ4_BLOCK] }), LZ4_TEXT],
    [
      'an LZ4 frame with its size and checksums',
      CODEC.lz4,
      frame({ flags: 0x3c, blocks: [LZ4_BLOCK, LZ4_BLOCK] }),
      LZ4_TEXT + LZ4_TEXT,
    ],
    [
      'an LZ4 frame of linked blocks',
      CODEC.lz4,
      frame({ flags: 0, blocks: [LZ4_BLOCK, LZ4_LINKED] }),
      `${LZ4_TEXT}${LZ4_TEXT.slice(-8)}y`,
    ],
    [
      'LZ4 frames behind one another, with one to pass over',
      CODEC.lz4,
      Buffer.concat([
        frame({ flags: 0, blocks: [LZ4_BLOCK] }),
        uint32LE(0x184d2a53),
        uint32LE(3),
        Buffer.alloc(3),
        frame({ flags: 0, blocks: [LZ4_BLOCK] }),
      ]),
      LZ4_TEXT + LZ4_TEXT,
    ],
    ['gzip', CODEC.gzip, gzipSync(TEXT), TEXT],
    ['zstd', CODEC.zstd, zstdCompressSync(Buffer.from(TEXT)), TEXT],
  ])('reads %s', (_what, codec, bytes, text) => {
    expect(inflate(codec, bytes, LIMIT).toString()).toBe(text);
  });

  it('reads an LZ4 block that is not compressed', () => {
    const raw = Buffer.concat([
      LZ4_MAGIC,
      Buffer.from([0x60, 0x40, 0]),
      uint32LE(0x8000_0003),
      Buffer.from('xyz'),
      uint32LE(0),
    ]);
    expect(inflate(CODEC.lz4, raw, LIMIT).toString()).toBe('xyz');
  });

  const LARGE: [string, number, Buffer][] = [
    ['gzip', CODEC.gzip, gzipSync(Buffer.alloc(LIMIT + 1))],
    ['zstd', CODEC.zstd, zstdCompressSync(Buffer.alloc(LIMIT + 1))],
    [
      'snappy, which says so beforehand',
      CODEC.snappy,
      Buffer.concat([Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), SNAPPY]),
    ],
    [
      'lz4',
      CODEC.lz4,
      frame({
        flags: 0x20,
        blocks: [
          Buffer.concat([
            Buffer.from([0x1f, 0x61, 1, 0]),
            Buffer.alloc(LIMIT / 200, 255),
            Buffer.from([0]),
          ]),
        ],
      }),
    ],
  ];
  it.each(LARGE)('stops at the limit: %s', (_what, codec, bytes) => {
    expect(() => inflate(codec, bytes, LIMIT)).toThrow(InflatesTooLarge);
  });

  it('never does anything else with damaged data than to throw an error, or to yield at most the limit', () => {
    const samples = [
      SNAPPY,
      xerial(SNAPPY),
      frame({ flags: 0x3c, blocks: [LZ4_BLOCK] }),
      gzipSync(TEXT),
      zstdCompressSync(Buffer.from(TEXT)),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.integer({ min: 0, max: 7 }),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 4 }),
        fc.nat(200),
        (sample, codec, changes, length) => {
          const bytes = Buffer.from(sample.subarray(0, length));
          for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte;
          try {
            expect(inflate(codec, bytes, 5000).length).toBeLessThanOrEqual(5000);
          } catch (error) {
            expect(types.isNativeError(error)).toBe(true);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('knows no other codec', () => expect(() => inflate(5, SNAPPY, LIMIT)).toThrow('codec 5'));
});
