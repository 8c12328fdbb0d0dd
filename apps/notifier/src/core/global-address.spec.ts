import fc from 'fast-check';
import { isIP } from 'node:net';
import { isGlobalUnicast } from './global-address.js';

const REFUSED = [
  // this network, loopback, private, link-local (metadata), CGNAT
  '0.0.0.0',
  '0.1.2.3',
  '127.0.0.1',
  '127.255.255.254',
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '169.254.170.2',
  '100.64.0.1',
  '100.100.100.200',
  '100.127.255.255',
  // protocols, documents, benchmarks, relays, multicast, reserved, broadcast
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.7',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  // other forms of IPv4 are no addresses here
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0177.0.0.1',
  '127.1',
  '1.1.1',
  '8.8.8.08',
  '010.8.8.8',
  '8.8.8.8 ',
  '8.8.8.256',
  // IPv6
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:7f00:1',
  '::127.0.0.1',
  '::8.8.8.8',
  '64:ff9b::7f00:1',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::a00:1',
  '100::1',
  'fe80::1',
  'fe80::1%eth0',
  '2606:4700::1111%eth0',
  'fec0::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:10::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::',
  '3fff::1',
  '4000::1',
  '5f00::1',
  '[2606:4700::1111]',
  '',
  'localhost',
  'example.com',
];
const TAKEN = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.255.255',
  '192.169.0.1',
  '198.17.255.255',
  '198.20.0.1',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2620:fe::fe',
];

it.each(REFUSED)('"%s" is not of the public Internet', (address) =>
  expect(isGlobalUnicast(address)).toBe(false),
);
it.each(TAKEN)('%s is', (address) => expect(isGlobalUnicast(address)).toBe(true));

/** The same, by the numbers alone. */
function expected(bytes: readonly number[]): boolean {
  const within = (...[prefix, bits]: [number[], number]): boolean => {
    for (let bit = 0; bit < bits; bit++) {
      const mask = 0x80 >> (bit % 8);
      const at = bit >> 3;
      if (((bytes[at] ?? 0) & mask) !== ((prefix[at] ?? 0) & mask)) return false;
    }
    return true;
  };
  if (bytes.length === 4)
    return (
      bytes[0]! > 0 &&
      bytes[0]! < 224 &&
      !within([10], 8) &&
      !within([100, 64], 10) &&
      !within([127], 8) &&
      !within([169, 254], 16) &&
      !within([172, 16], 12) &&
      !within([192, 0, 0], 24) &&
      !within([192, 0, 2], 24) &&
      !within([192, 31, 196], 24) &&
      !within([192, 52, 193], 24) &&
      !within([192, 88, 99], 24) &&
      !within([192, 168], 16) &&
      !within([192, 175, 48], 24) &&
      !within([198, 18], 15) &&
      !within([198, 51, 100], 24) &&
      !within([203, 0, 113], 24)
    );
  return (
    within([0x20], 3) &&
    !within([0x20, 0x01, 0, 0], 23) &&
    !within([0x20, 0x01, 0x0d, 0xb8], 32) &&
    !within([0x20, 0x02], 16) &&
    !within([0x26, 0x20, 0, 0x4f, 0x80, 0], 48) &&
    !within([0x3f, 0xff, 0], 20)
  );
}

const byte = fc.integer({ min: 0, max: 255 });
/** Addresses of and around the ranges that count. */
const v4 = fc.tuple(
  fc.oneof(byte, fc.constantFrom(0, 10, 100, 127, 169, 172, 192, 198, 203, 223, 224)),
  fc.oneof(byte, fc.constantFrom(0, 15, 16, 18, 31, 51, 64, 88, 127, 128, 168, 254)),
  fc.oneof(byte, fc.constantFrom(0, 2, 99, 100, 113)),
  byte,
);
const v6 = fc
  .tuple(
    fc.oneof(byte, fc.constantFrom(0x20, 0x26, 0x3f, 0xfe, 0xff, 0)),
    fc.oneof(byte, fc.constantFrom(0, 1, 2, 0x20, 0xff)),
    fc.array(fc.oneof(byte, fc.constant(0)), { minLength: 14, maxLength: 14 }),
  )
  .map(([a, b, rest]) => [a, b, ...rest]);

it('holds for any address in the form that a resolver gives', () =>
  fc.assert(
    fc.property(fc.oneof(v4, v6), (bytes) => {
      const text =
        bytes.length === 4
          ? bytes.join('.')
          : Array.from({ length: 8 }, (_, i) =>
              ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16),
            ).join(':');
      expect([text, isGlobalUnicast(text)]).toEqual([text, expected(bytes)]);
    }),
    { numRuns: 2000 },
  ));

it('takes no text that Node does not know for an address', () =>
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4Extended(), fc.domain()), (text) => {
      if (isIP(text) === 0) expect([text, isGlobalUnicast(text)]).toEqual([text, false]);
    }),
    { numRuns: 2000 },
  ));
