const HOME = '/ui';
const LONGEST = 1000;
/** Stands for whatever host the page is on. */
const HERE = 'http://here.invalid';

/**
 * Where a browser goes once it has logged in: a view of the page, whatever was asked for, so that
 * no link can lead out of it by way of the log-in.
 */
export function returnPath(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > LONGEST || !URL.canParse(wanted, HERE))
    return HOME;
  const { origin, pathname, search } = new URL(wanted, HERE);
  const isView = origin === HERE && (pathname === HOME || pathname.startsWith(`${HOME}/`));
  const path = pathname + search;
  // What is encoded grows, and has to fit into a cookie.
  return isView && path.length <= LONGEST ? path : HOME;
}

/** The same with the reason why nobody was let in, which the page puts in words. */
export function withReason(path: string, reason: string): string {
  const { pathname, searchParams } = new URL(path, HERE);
  searchParams.set('oidc', reason);
  return `${pathname}?${searchParams}`;
}
