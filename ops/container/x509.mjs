/** A certificate that is its own authority, in DER: what Node can read and not make. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

const DAY_MS = 86_400_000;
/** Clocks differ. */
const EARLIER_MS = 3_600_000;
/** The first year that UTCTime cannot say (RFC 5280, 4.1.2.5). */
const GENERAL_FROM = 2050;
const [INTEGER, BITS, OCTETS, UTF8, UTC_TIME, GENERAL_TIME, SEQUENCE, SET] = [
  0x02, 0x03, 0x04, 0x0c, 0x17, 0x18, 0x30, 0x31,
];
const [DNS_NAME, IP_ADDRESS, VERSION, EXTENSIONS] = [0x82, 0x87, 0xa0, 0xa3];

/** One element: its tag, its length, its parts one after the other. */
export function der(tag, ...parts) {
  const content = Buffer.concat(parts);
  const length = [];
  for (let rest = content.length; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  const head =
    content.length < 0x80 ? [tag, content.length] : [tag, 0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from(head), content]);
}

const sequence = (...parts) => der(SEQUENCE, ...parts);
const oid = (hex) => Buffer.from(hex, 'hex');
const COMMON_NAME = oid('0603550403');
const ECDSA_WITH_SHA256 = sequence(oid('06082a8648ce3d040302'));
const SUBJECT_ALT_NAME = oid('0603551d11');
const BASIC_CONSTRAINTS = oid('0603551d13');
const EXTENDED_KEY_USAGE = oid('0603551d25');
const SERVER_AUTH = oid('06082b06010505070301');

function time(at) {
  const text = new Date(at).toISOString().replace(/\D/g, '').slice(0, 14);
  return Number(text.slice(0, 4)) < GENERAL_FROM
    ? der(UTC_TIME, Buffer.from(`${text.slice(2)}Z`))
    : der(GENERAL_TIME, Buffer.from(`${text}Z`));
}

/** The bytes of an IPv4 or IPv6 address. */
export function addressBytes(address) {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  const words = (text) => (text === '' ? [] : text.split(':').map((word) => parseInt(word, 16)));
  const [before, after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [head, tail] = [words(before), words(after ?? '')];
  const all = [...head, ...Array(8 - head.length - tail.length).fill(0), ...tail];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

const alternative = (name) =>
  isIP(name) ? der(IP_ADDRESS, addressBytes(name)) : der(DNS_NAME, Buffer.from(name, 'latin1'));
const extension = (id, value) => sequence(id, der(OCTETS, value));

/**
 * A key (ECDSA, P-256) and a certificate of it for servers of these names.
 *
 * @param names host names and addresses @param days from `now`, in ms @returns both in PEM
 */
export function selfSigned(names, days, now) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = sequence(
    der(SET, sequence(COMMON_NAME, der(UTF8, Buffer.from('iot-telemetry front door')))),
  );
  // A serial number is positive and not 0: the first byte sees to both.
  const serial = der(INTEGER, Buffer.from([0x01]), randomBytes(15));
  const body = sequence(
    der(VERSION, der(INTEGER, Buffer.from([2]))),
    serial,
    ECDSA_WITH_SHA256,
    name,
    sequence(time(now - EARLIER_MS), time(now + days * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      EXTENSIONS,
      sequence(
        extension(BASIC_CONSTRAINTS, sequence()),
        extension(EXTENDED_KEY_USAGE, sequence(SERVER_AUTH)),
        extension(SUBJECT_ALT_NAME, sequence(...names.map(alternative))),
      ),
    ),
  );
  const signature = der(BITS, Buffer.from([0]), sign('sha256', body, privateKey));
  const base64 = sequence(body, ECDSA_WITH_SHA256, signature).toString('base64');
  const lines = base64.match(/.{1,64}/g).join('\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
