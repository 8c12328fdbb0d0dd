import { ApiError, ask } from './ask.js';

/** What the API wants to have sent back with each change, as no other site can read it. */
export const csrfToken = (): string => /(?:^|; )iot_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';

let renewing: Promise<boolean> | undefined;

/** Has the session go on, by the cookie that only the API reads; false: one must log in. */
function renewSession(): Promise<boolean> {
  const before = csrfToken();
  if (before === '') return Promise.resolve(false);
  renewing ??= alone(() => csrfToken() !== before || renew()).finally(() => (renewing = undefined));
  return renewing;
}

/** What renews a session counts once: of two tabs that send it, the later one would end it. */
const alone = async (renew: () => Promise<boolean> | boolean): Promise<boolean> =>
  'locks' in navigator ? navigator.locks.request('iot-session', renew) : renew();

const renew = (): Promise<boolean> =>
  ask('/auth/refresh', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken() },
    body: '{}',
  }).then(
    () => true,
    () => false,
  );

/**
 * Asks the API for JSON. Where the session is over meanwhile it is renewed, once, so that nothing
 * that was typed is lost. @throws ApiError
 */
export async function askAsOneself(
  address: string,
  init: RequestInit | (() => RequestInit),
): Promise<unknown> {
  const given = (): RequestInit => (typeof init === 'function' ? init() : init);
  try {
    return await ask(address, given());
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401 || !(await renewSession()))
      throw error;
    return ask(address, given());
  }
}
