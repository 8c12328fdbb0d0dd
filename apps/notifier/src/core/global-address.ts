import ipaddr from 'ipaddr.js';

/**
 * What IANA's registry of special addresses takes out of IPv4's unicast space. Everything that is
 * not in 1.0.0.0–223.255.255.255 is refused before.
 */
const SPECIAL_V4 = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
].map((range) => ipaddr.IPv4.parseCIDR(range));

/** The only part of IPv6 that is given out as global unicast; the rest is refused unnamed. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** What in it is for protocols, documents, or holds an IPv4 address (Teredo, 6to4). */
const SPECIAL_V6 = [
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '2620:4f:8000::/48',
  '3fff::/20',
].map((range) => ipaddr.IPv6.parseCIDR(range));

/**
 * Whether an address, as the resolver gives it, is one of the public Internet. Anything that it
 * does not know for such is not: also an address with a zone, and IPv4 in any other form.
 */
export function isGlobalUnicast(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    const v4 = ipaddr.IPv4.parse(address);
    const first = v4.octets[0]!;
    return first >= 1 && first <= 223 && !SPECIAL_V4.some((range) => v4.match(range));
  }
  if (!ipaddr.IPv6.isValid(address) || address.includes('%')) return false;
  const v6 = ipaddr.IPv6.parse(address);
  return v6.match(GLOBAL_V6) && !SPECIAL_V6.some((range) => v6.match(range));
}
