import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import { giveTheMissingCodecs } from '../library-decoding.js';
import { nameHeadersInOnePass } from './decoded-headers.js';
import { paceFetches } from './fetch-pacing.js';
import { decodeFetchInOnePass } from './fetch-responses.js';
import { groupMessagesInOnePass } from './produce-grouping.js';
import { encodeProduceInOneBuffer } from './produce-requests.js';
import { stopIdleLoop } from './request-queue.js';

/** The one version of kafkajs whose private parts this folder knows. */
export const WRITTEN_FOR = '2.2.4';

let runsOn: 'surgery' | 'library' | undefined;

/**
 * Puts this folder's code in the place of kafkajs's own, once for the process. With another version
 * of kafkajs it says so and touches nothing: that runs on its own code, which costs more, and reads
 * and writes less (docs/architecture.md).
 * @param found the version of kafkajs that is there
 */
export function install(log: Pick<Logger, 'warn'>, found = installedVersion()): void {
  if (runsOn) return;
  runsOn = found === WRITTEN_FOR ? 'surgery' : 'library';
  if (runsOn === 'library') {
    giveTheMissingCodecs();
    log.warn(
      { driver: 'kafkajs', found, expected: WRITTEN_FOR },
      'the driver has another version than its faster code is for: it runs on its own code',
    );
    return;
  }
  stopIdleLoop();
  groupMessagesInOnePass();
  encodeProduceInOneBuffer();
  decodeFetchInOnePass();
  paceFetches();
  nameHeadersInOnePass();
}

/** Whether kafkajs runs on its own code, as its version is another one. */
export const runsOnTheLibrary = (): boolean => runsOn === 'library';

function installedVersion(): string {
  try {
    const { version } = createRequire(import.meta.url)('kafkajs/package.json') as {
      version: string;
    };
    return version;
  } catch {
    return 'unknown';
  }
}
