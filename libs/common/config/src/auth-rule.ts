import { BlockList, isIP } from 'node:net';
import type { Rule } from './rule.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

/**
 * Whether only this machine reaches what listens there. Of names `localhost` alone counts: what
 * another one means is for the resolver to say, and may change.
 */
export function isLoopback(host: string): boolean {
  const address = host.replace(/%.*$/, '');
  const family = isIP(address);
  if (family === 0) return host.toLowerCase() === 'localhost';
  return LOOPBACK.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Nobody leaves a door open to others by forgetting a variable. */
export const authRule: Rule = {
  of: ['AUTH', 'AUTH_OFF_IS_INTENDED', 'HOST'],
  problems: ({ AUTH, AUTH_OFF_IS_INTENDED, HOST }) =>
    AUTH === 'on' || AUTH_OFF_IS_INTENDED === true || isLoopback(String(HOST))
      ? []
      : [
          `AUTH is off and HOST is ${JSON.stringify(HOST)}, which others may reach; allowed: AUTH=on, which docs/security.md explains, HOST=127.0.0.1, or AUTH_OFF_IS_INTENDED=true where something in front asks who one is`,
        ],
};
