import type { Principal } from '@iot/access';
import type { Accounts, IdentityProvider } from '@iot/accounts';
import type { FastifyRequest } from 'fastify';
import { ACCESS_COOKIE, cookieOf, isFromOurPage } from './cookies.js';
import { isSafe, type Gate } from './gate.js';
import type { Refusal } from './refusals.js';

const BEARER = /^Bearer +([^\s]+) *$/i;

/** AUTH=on: who asks says so by an access token, a service token or the cookie of a browser. */
export class TokenGate implements Gate {
  constructor(
    private readonly accounts: Pick<Accounts, 'people' | 'tokens'>,
    private readonly provider?: IdentityProvider,
  ) {}

  identify(request: FastifyRequest): Promise<Principal | Refusal> | Refusal {
    const { authorization } = request.headers;
    const now = new Date();
    if (authorization !== undefined) return this.byHeader(authorization, now);
    const cookie = cookieOf(request, ACCESS_COOKIE);
    if (cookie === undefined || cookie === '') return 'missing';
    if (!isSafe(request.method) && !isFromOurPage(request)) return 'csrf';
    return this.accounts.people.identify(cookie, now);
  }

  private byHeader(header: string, now: Date): Promise<Principal | Refusal> | Refusal {
    const token = BEARER.exec(header)?.[1];
    if (token === undefined) return /^bearer\b/i.test(header) ? 'malformed' : 'unsupported_scheme';
    if (token.startsWith('iots_')) return this.accounts.tokens.check(token, now);
    if (token.startsWith('iotk_')) return 'device_key';
    if (token.startsWith('iotr_')) return 'refresh_token';
    if (this.provider?.issued(token)) return this.provider.identify(token, now);
    return this.accounts.people.identify(token, now);
  }
}
