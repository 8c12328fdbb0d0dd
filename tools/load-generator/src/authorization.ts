import { readFileSync } from 'node:fs';
import { deviceSecret, keyText, parseKey } from '@iot/credentials';

/** Options whose values are secret, unless they are the name of a file: `@FILE`. */
const SECRET_OPTIONS = ['--key', '--group-secret', '--check-token'];
const FAULTS = {
  malformed: 'it should be iotk_ with 12 and 49 letters and digits',
  mistyped: 'it has a typing error, as its checksum is not right',
};
const GROUP = /^(g[0-9A-Za-z]{11})[:\s]+([\w-]{43})$/;

export interface Credentials {
  readonly key?: string;
  readonly groupSecret?: string;
}

/** The `Authorization` header of a request with readings of a device. */
export type AuthorizationOf = (deviceId: string) => string;

/**
 * What says who sends: one key for all devices, or for each the one that follows from the secret of
 * its group.
 *
 * @returns undefined where neither was given @throws Error that says what is wrong, never the secret
 */
export function authorizationOf({ key, groupSecret }: Credentials): AuthorizationOf | undefined {
  if (key !== undefined) {
    const text = secretOf('--key', key);
    const parsed = parseKey(text);
    if (typeof parsed === 'string') throw new Error(`--key is no device key: ${FAULTS[parsed]}`);
    return () => `Bearer ${text}`;
  }
  if (groupSecret === undefined) return undefined;
  const [, group, encoded] = GROUP.exec(secretOf('--group-secret', groupSecret)) ?? [];
  if (group === undefined || encoded === undefined)
    throw new Error(
      '--group-secret must be GROUP:SECRET, as telemetryctl groups create shows them',
    );
  const secret = Buffer.from(encoded, 'base64url');
  const made = new Map<string, string>();
  return (deviceId) => {
    let header = made.get(deviceId);
    if (header === undefined) {
      header = `Bearer ${keyText(group, deviceSecret(secret, deviceId))}`;
      made.set(deviceId, header);
    }
    return header;
  };
}

/** What was given, or stands in the file that it names. @throws Error that names the file */
export function secretOf(option: string, given: string): string {
  if (!given.startsWith('@')) return given.trim();
  try {
    return readFileSync(given.slice(1), 'utf8').trim();
  } catch (error) {
    throw new Error(`${option} is ${given}: ${(error as Error).message}`, { cause: error });
  }
}

/** A command line as a report may show it. */
export function withoutSecrets(argv: readonly string[]): string[] {
  return argv.map((word, i) => {
    const [option, value] = word.split(/=(.*)/s);
    if (value !== undefined && SECRET_OPTIONS.includes(option!) && !value.startsWith('@'))
      return `${option}=…`;
    return SECRET_OPTIONS.includes(argv[i - 1] ?? '') && !word.startsWith('@') ? '…' : word;
  });
}
