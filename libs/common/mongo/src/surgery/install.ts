import { createRequire } from 'node:module';
import { failOnDeadSocket } from './dead-socket.js';

/** The one version of the MongoDB driver whose private parts this folder knows. */
export const WRITTEN_FOR = '7.9.0';

let version: string | undefined;

/**
 * Changes what this folder changes in the driver, once for the process. Another version is left as
 * it is: what would be faster or safer goes the driver's own way.
 * @param found the version of the driver that is there
 * @returns whether it is the version that this folder knows
 */
export function install(found = installedVersion()): boolean {
  if (version === undefined) {
    version = found;
    if (version === WRITTEN_FOR) failOnDeadSocket();
  }
  return version === WRITTEN_FOR;
}

/** The driver's version, where it is another one than this folder knows. */
export const otherVersion = (): string | undefined => (install() ? undefined : version);

function installedVersion(): string {
  try {
    const found = createRequire(import.meta.url)('mongodb/package.json') as { version: string };
    return found.version;
  } catch {
    return 'unknown';
  }
}
