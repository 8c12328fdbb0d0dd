import { ANONYMOUS, type Principal } from '@iot/access';
import type { FastifyRequest } from 'fastify';
import type { Refusal } from './refusals.js';

/** Tells who asks. */
export interface Gate {
  /** @throws the driver's error where it cannot be found out now */
  identify(request: FastifyRequest): Promise<Principal | Refusal> | Principal | Refusal;
}

/** Injection token of the {@link Gate}. */
export const GATE = Symbol('Gate');

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a method changes nothing, so that it needs no proof that our page asks. */
export const isSafe = (method: string): boolean => SAFE_METHODS.has(method);

/**
 * AUTH=off: anyone may do everything, but for a page of somebody else in the browser of one who may:
 * it can have a change without a body sent here, though it cannot read what is answered.
 */
export const OPEN_GATE: Gate = {
  identify: ({ method, headers }) =>
    isSafe(method) || !isOfForeignPage(headers) ? ANONYMOUS : 'foreign_page',
};

/** Browsers say from where a request comes; what is none says nothing. */
function isOfForeignPage({ host, origin, ...others }: FastifyRequest['headers']): boolean {
  const site = others['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && origin.replace(/^https?:\/\//i, '') !== host;
}
