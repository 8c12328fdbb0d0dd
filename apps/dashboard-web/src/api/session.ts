import { ApiError, ask } from './ask.js';

/** What the API wants to have sent back with each change, as no other site can read it. */
export const csrfToken = (): string => /(?:^|; )iot_csrf=([^;]*)/.exec(document.cookie)?.[1] ?? '';

let renewing: Promise<boolean> | undefined;

/**
 * Has the session go on, by the cookie that only the API reads; false: one must log in.
 * @throws ApiError where nobody could say
 */
function renewSession(): Promise<boolean> {
  const before = csrfToken();
  if (before === '') return Promise.resolve(false);
  renewing ??= alone(() => csrfToken() !== before || renew()).finally(() => (renewing = undefined));
  return renewing;
}

/** What renews a session counts once: of two tabs that send it, the later one would end it. */
const alone = async (renew: () => Promise<boolean> | boolean): Promise<boolean> =>
  'locks' in navigator ? navigator.locks.request('iot-session', renew) : renew();

async function renew(): Promise<boolean> {
  try {
    await ask('/auth/refresh', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-csrf-token': csrfToken() },
      body: '{}',
    });
    return true;
  } catch (error) {
    // A server that is away ends no session.
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) return false;
    throw error;
  }
}

let isOver = false;
const listeners = new Set<() => void>();

/** Whether the session is over, so that one has to log in before anything else is answered. */
export const sessionOver = {
  get: (): boolean => isOver,
  set: (over: boolean): void => {
    if (over === isOver) return;
    isOver = over;
    for (const listener of listeners) listener();
  },
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

const wantsLogIn = (error: unknown): boolean => error instanceof ApiError && error.status === 401;

/**
 * Does something that needs a session. Where that ran out meanwhile it is renewed, once; where it
 * cannot be, whoever looks at `sessionOver` is told. @throws ApiError
 */
export async function asOneself<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!wantsLogIn(error)) throw error;
    if (!(await renewSession())) {
      sessionOver.set(true);
      throw error;
    }
  }
  try {
    return await work();
  } catch (error) {
    if (wantsLogIn(error)) sessionOver.set(true);
    throw error;
  }
}

/** Asks the API for JSON, with a session. @param init made anew where it is renewed */
export const askAsOneself = (
  address: string,
  init: RequestInit | (() => RequestInit),
): Promise<unknown> => asOneself(() => ask(address, typeof init === 'function' ? init() : init));
