import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Role } from './role.js';

/** Who asks. */
export interface Principal {
  /**
   * `user`: one of our own; `token`: a service token; `oidc`: somebody whom the identity provider
   * knows; `anonymous`: AUTH is off.
   */
  readonly kind: 'user' | 'token' | 'oidc' | 'anonymous';
  /** The user's name, the token's id, or the provider's `sub`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  readonly role: Role;
  /** Of a user: what began by logging in. */
  readonly session?: string;
}

/** Who asks where AUTH is off: anyone may do everything. */
export const ANONYMOUS: Principal = {
  kind: 'anonymous',
  id: 'anonymous',
  name: 'anonymous',
  role: 'admin',
};

const WHO = Symbol('principal');
type Known = object & { [WHO]?: Principal };

/** Notes on a request who sent it. */
export const setPrincipal = (request: object, principal: Principal): void => {
  (request as Known)[WHO] = principal;
};

/** Who sent a request; ANONYMOUS without rights where nobody asked. */
export const principalOf = (request: object): Principal =>
  (request as Known)[WHO] ?? { ...ANONYMOUS, role: 'viewer' };

/** The parameter of a handler that is told who asks: `@Principal() principal: Principal`. */
export const Principal = createParamDecorator((_: unknown, context: ExecutionContext) =>
  principalOf(context.switchToHttp().getRequest<object>()),
);
