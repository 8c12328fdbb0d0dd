import { ANONYMOUS, type Principal } from '@iot/access';
import type { FastifyRequest } from 'fastify';

/** Why nobody in particular asks: `sentence` is for the caller, `reason` for the metrics. */
export interface Refusal {
  readonly reason: string;
  readonly sentence: string;
}

/** Tells who asks. */
export interface Gate {
  /** @throws what {@link FastifyRequest} is answered with when it cannot be found out now */
  identify(request: FastifyRequest): Promise<Principal | Refusal> | Principal | Refusal;
}

/** Injection token of the {@link Gate}. */
export const GATE = Symbol('Gate');

export const isRefusal = (found: Principal | Refusal): found is Refusal => 'reason' in found;

/** AUTH=off: anyone may do everything. */
export const OPEN_GATE: Gate = { identify: () => ANONYMOUS };
