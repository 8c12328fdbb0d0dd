import type { IncomingMessage } from 'node:http';
import { isLoopback } from '@iot/config';
import { printable } from '@iot/printable';
import { problem, type Problem } from './problem.js';

/** What says whether a service is open to those who are on its machine. */
export interface OpenConfig {
  readonly HOST: string;
  readonly AUTH: string;
  readonly AUTH_OFF_IS_INTENDED: boolean;
}

/** Why a request is not taken; undefined: it is. */
export type Refuse = (request: IncomingMessage) => Problem | undefined;

const LONGEST_NAME = 100;

/**
 * Refuses what is addressed to a name that is not this machine's, where a service with AUTH=off
 * relies on its loopback address: a web page whose own name was made to mean 127.0.0.1 (DNS
 * rebinding) would read and write here otherwise. Undefined where that is not so. A request without
 * Host is of no browser.
 */
export function refuseForeign(config: OpenConfig): Refuse | undefined {
  if (config.AUTH !== 'off' || config.AUTH_OFF_IS_INTENDED) return undefined;
  // Nearly all come by one name, so that one comparison is all that a request costs.
  let last: string | undefined;
  return ({ headers: { host } }) => {
    if (host === last || host === undefined) return undefined;
    const name = host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1');
    if (!isLoopback(name))
      return problem(
        421,
        `AUTH is off, so only requests to localhost are taken, none to ${printable(name, LONGEST_NAME)}.`,
      );
    last = host;
    return undefined;
  };
}
