import { lookup } from 'node:dns/promises';
import { plainHost, type AllowedHosts } from '../core/allowed-hosts.js';
import { isGlobalUnicast } from '../core/global-address.js';

/** A host that must not be reached, or whose address is not known. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused';
}

export type Lookup = (host: string) => Promise<readonly { readonly address: string }[]>;

const systemLookup: Lookup = (host) => lookup(host, { all: true, verbatim: true });

/**
 * Where outgoing connections may go. A host is resolved once, what it resolves to is checked, and
 * the connection is made to an address that was: another answer of DNS a moment later is not asked
 * for. What is checked are addresses, never texts, so it is the same in which form a host is
 * written.
 */
export class Guard {
  constructor(
    private readonly allowed: AllowedHosts,
    private readonly resolve: Lookup = systemLookup,
  ) {}

  isNamed(host: string, port: number): boolean {
    return this.allowed.has(host, port);
  }

  /** Addresses that may be connected to, never none. @throws AddressRefused, or what DNS says */
  async addressesOf(host: string, port: number): Promise<string[]> {
    const name = plainHost(host);
    if (name === '' || name.includes('%')) throw new AddressRefused(`${name} is no host`);
    const found = (await this.resolve(name)).map(({ address }) => address);
    if (this.isNamed(host, port)) return found;
    const open = found.filter(isGlobalUnicast);
    if (open.length === 0)
      throw new AddressRefused('the host is at no address of the public Internet');
    return open;
  }
}
