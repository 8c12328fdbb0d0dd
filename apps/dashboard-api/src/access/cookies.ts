import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Granted } from '@iot/accounts';

/** For browsers: scripts can read neither token, and no other site can have one sent. */
export const ACCESS_COOKIE = 'iot_access';
const REFRESH_COOKIE = 'iot_refresh';
/** What the page reads and sends back in {@link CSRF_HEADER}, as another site cannot. */
const CSRF_COOKIE = 'iot_csrf';
export const CSRF_HEADER = 'x-csrf-token';

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

/** Gives a browser its session. @param csrf random, in base64url */
export function setCookies(
  request: FastifyRequest,
  reply: FastifyReply,
  granted: Granted,
  csrf: string,
  now: number,
): void {
  const session = Math.max(0, Math.floor((granted.endsAt.getTime() - now) / 1000));
  const set = cookieSetter(request, reply);
  set(ACCESS_COOKIE, granted.accessToken, { path: '/', maxAge: granted.expiresInS });
  set(REFRESH_COOKIE, granted.refreshToken, { path: REFRESH_PATH, maxAge: session });
  set(CSRF_COOKIE, csrf, { path: '/', maxAge: session, readable: true });
}

/** Takes a browser's session away. */
export function clearCookies(request: FastifyRequest, reply: FastifyReply): void {
  const set = cookieSetter(request, reply);
  set(ACCESS_COOKIE, '', { path: '/', maxAge: 0 });
  set(REFRESH_COOKIE, '', { path: REFRESH_PATH, maxAge: 0 });
  set(CSRF_COOKIE, '', { path: '/', maxAge: 0, readable: true });
}

interface CookieOptions {
  readonly path: string;
  /** Seconds. */
  readonly maxAge: number;
  /** For scripts of the page. */
  readonly readable?: boolean;
}

/**
 * A browser that came without TLS would keep no cookie marked Secure, so it gets one without: its
 * `Origin`, which it sends with each POST, says how it came, also through a proxy that ends TLS.
 */
function cookieSetter(request: FastifyRequest, reply: FastifyReply) {
  const secure = !/^http:/i.test(request.headers.origin ?? '');
  return (name: string, value: string, { path, maxAge, readable }: CookieOptions): void =>
    void reply.header(
      'set-cookie',
      `${name}=${value}; Path=${path}; Max-Age=${maxAge}; SameSite=Strict` +
        (readable ? '' : '; HttpOnly') +
        (secure ? '; Secure' : ''),
    );
}
