/** An entry: a host name or address, `*.` and a domain, each with or without a port. */
const ENTRY = /^(\*\.)?(\[[\da-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(:\d{1,5})?$/;

export const isHostEntry = (entry: string): boolean => ENTRY.test(entry.toLowerCase());

/** A host as it is compared: lower case, without brackets and the dot of the root. */
export const plainHost = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');

/** Hosts that may be reached wherever they are: those that the owner of the platform names. */
export class AllowedHosts {
  private readonly entries: readonly { host: string; below: boolean; port: number | undefined }[];

  constructor(entries: readonly string[]) {
    this.entries = entries.map((entry) => {
      const [, below, host, port] = ENTRY.exec(entry.toLowerCase()) ?? [];
      if (host === undefined) throw new Error(`${entry} is no host`);
      return {
        host: plainHost(host),
        below: !!below,
        port: port ? Number(port.slice(1)) : undefined,
      };
    });
  }

  has(host: string, port: number): boolean {
    const name = plainHost(host);
    return this.entries.some(
      (entry) =>
        (entry.below ? name.endsWith(`.${entry.host}`) : name === entry.host) &&
        (entry.port === undefined || entry.port === port),
    );
  }
}
