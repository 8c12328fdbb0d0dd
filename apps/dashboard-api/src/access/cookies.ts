import type { FastifyReply, FastifyRequest } from 'fastify';
import { FLOW_MS, type Granted } from '@iot/accounts';

/** For browsers: scripts can read neither token, and no other site can have one sent. */
export const ACCESS_COOKIE = 'iot_access';
const REFRESH_COOKIE = 'iot_refresh';
/** What the page reads and sends back in {@link CSRF_HEADER}, as another site cannot. */
const CSRF_COOKIE = 'iot_csrf';
export const CSRF_HEADER = 'x-csrf-token';

/** A log-in at the identity provider that has begun. */
const FLOW_COOKIE = 'iot_oidc';
const FLOW_PATH = '/auth/oidc';

/** Where refresh tokens are taken: the browser sends this cookie nowhere else. */
const REFRESH_PATH = '/auth';

/** The value of a cookie of ours, the first of its name. */
export function cookieOf(request: FastifyRequest, name: string): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return undefined;
}

export const refreshCookieOf = (request: FastifyRequest): string | undefined =>
  cookieOf(request, REFRESH_COOKIE);

/** Whether a request that a browser sent with cookies is one of our page. */
export function isFromOurPage(request: FastifyRequest): boolean {
  const expected = cookieOf(request, CSRF_COOKIE);
  return expected !== undefined && expected !== '' && request.headers[CSRF_HEADER] === expected;
}

/** Gives a browser its session. @param csrf random, in base64url @param now epoch ms */
export function setCookies(
  reply: FastifyReply,
  granted: Granted,
  csrf: string,
  now: number,
  secure: boolean,
): void {
  const session = Math.max(0, Math.floor((granted.endsAt.getTime() - now) / 1000));
  const set = cookieSetter(reply, secure);
  set(ACCESS_COOKIE, granted.accessToken, { path: '/', maxAge: granted.expiresInS });
  set(REFRESH_COOKIE, granted.refreshToken, { path: REFRESH_PATH, maxAge: session });
  set(CSRF_COOKIE, csrf, { path: '/', maxAge: session, readable: true });
}

/** Takes a browser's session away. */
export function clearCookies(request: FastifyRequest, reply: FastifyReply): void {
  const set = cookieSetter(reply, cameByTls(request));
  set(ACCESS_COOKIE, '', { path: '/', maxAge: 0 });
  set(REFRESH_COOKIE, '', { path: REFRESH_PATH, maxAge: 0 });
  set(CSRF_COOKIE, '', { path: '/', maxAge: 0, readable: true });
}

/**
 * Has a browser keep what it needs when the provider sends it back. That is a request which another
 * site causes, and Strict cookies come with none of these.
 */
export const keepFlow = (reply: FastifyReply, flow: string, secure: boolean): void =>
  cookieSetter(reply, secure)(FLOW_COOKIE, flow, {
    path: FLOW_PATH,
    maxAge: FLOW_MS / 1000,
    sameSite: 'Lax',
  });

export const flowOf = (request: FastifyRequest): string => cookieOf(request, FLOW_COOKIE) ?? '';

/** It counts once. */
export const clearFlow = (reply: FastifyReply, secure: boolean): void =>
  cookieSetter(reply, secure)(FLOW_COOKIE, '', { path: FLOW_PATH, maxAge: 0, sameSite: 'Lax' });

interface CookieOptions {
  readonly path: string;
  /** Seconds. */
  readonly maxAge: number;
  /** For scripts of the page. */
  readonly readable?: boolean;
  readonly sameSite?: 'Strict' | 'Lax';
}

/**
 * A browser that came without TLS would keep no cookie marked Secure, so it gets one without: its
 * `Origin`, which it sends with each POST, says how it came, also through a proxy that ends TLS. It
 * counts no more where one of `TRUSTED_PROXIES` says that it was TLS.
 */
export const cameByTls = (request: FastifyRequest): boolean =>
  request.protocol === 'https' || !/^http:/i.test(request.headers.origin ?? '');

function cookieSetter(reply: FastifyReply, secure: boolean) {
  return (name: string, value: string, options: CookieOptions): void => {
    const { path, maxAge, readable, sameSite = 'Strict' } = options;
    void reply.header(
      'set-cookie',
      `${name}=${value}; Path=${path}; Max-Age=${maxAge}; SameSite=${sameSite}` +
        (readable ? '' : '; HttpOnly') +
        (secure ? '; Secure' : ''),
    );
  };
}
