import { Agent, buildConnector } from 'undici';
import type { Guard } from './guard.js';

type Connect = ReturnType<typeof buildConnector>;

/** Others are tried when the first does not answer; each has the time of its own. */
const ADDRESSES_TRIED = 2;

/**
 * HTTP connections to what the guard lets through. The name stays the one that the certificate is
 * asked for, and the Host header; the socket is given the address.
 */
export function guardedAgent(guard: Guard, timeoutMs: number): Agent {
  const plain = buildConnector({ timeout: timeoutMs, maxCachedSessions: 0, allowH2: false });
  const connect: Connect = (options, callback) => {
    const port = Number(options.port) || (options.protocol === 'https:' ? 443 : 80);
    const next = ([address, ...others]: string[]): void =>
      plain({ ...options, hostname: address! }, (...[error, socket]) => {
        if (error && others.length > 0) return next(others);
        if (error) return callback(error, null);
        callback(null, socket);
      });
    guard.addressesOf(options.hostname, port).then(
      (addresses) => next(addresses.slice(0, ADDRESSES_TRIED)),
      (error: Error) => callback(error, null),
    );
  };
  return new Agent({
    connect,
    keepAliveTimeout: 1000,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
    maxResponseSize: 65_536,
    maxHeaderSize: 16_384,
  });
}
