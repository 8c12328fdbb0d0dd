import { askAsOneself, csrfToken } from './session.js';

type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Changes something. @throws ApiError */
export const change = (method: Method, address: string, body?: unknown): Promise<unknown> =>
  askAsOneself(address, () => ({
    method,
    headers: {
      'x-csrf-token': csrfToken(),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }));
