import { crc32c } from './crc32c.js';

it.each([
  ['', 0],
  ['123456789', 0xe3069283],
])('of %p is that of RFC 3720', (text, expected) => {
  expect(crc32c(Buffer.from(text))).toBe(expected);
});

it('of 32 bytes of ones is that of RFC 3720', () => {
  expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
});
