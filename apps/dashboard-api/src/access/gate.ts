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

/** AUTH=off: anyone may do everything. */
export const OPEN_GATE: Gate = { identify: () => ANONYMOUS };
