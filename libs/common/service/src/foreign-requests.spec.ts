import type { IncomingMessage } from 'node:http';
import { refuseForeign } from './foreign-requests.js';

const open = { HOST: '127.0.0.1', AUTH: 'off', AUTH_OFF_IS_INTENDED: false };
const statusOf = (host: string | undefined, config = open): number | undefined =>
  refuseForeign(config)?.({ headers: { host } } as IncomingMessage)?.status;

it.each([
  undefined,
  ...['localhost', 'localhost:8001', 'LOCALHOST:8001', '127.0.0.1', '127.0.0.1:8002', '127.9.9.9'],
  ...['[::1]', '[::1]:8002'],
])('takes a request to %s', (host) => {
  expect(statusOf(host)).toBeUndefined();
});

it.each([
  ...['evil.example', 'evil.example:8002', 'localhost.evil.example', '127.0.0.1.evil.example'],
  ...['192.168.1.7:8001', '[::2]:8001', '', ':8001', 'localhost:8001@evil.example', '0.0.0.0'],
  'evil.example\u0000localhost',
])('refuses a request to %j', (host) => {
  expect(statusOf(host)).toBe(421);
});

it('refuses a foreign name after one of ours, too', () => {
  const refuse = refuseForeign(open)!;
  const ask = (host: string) => refuse({ headers: { host } } as IncomingMessage)?.status;
  expect([ask('localhost:1'), ask('evil.example'), ask('localhost:1')]).toEqual([
    ...[undefined, 421, undefined],
  ]);
});

it('leaves it to others where AUTH is on, or off on purpose', () => {
  expect(refuseForeign({ ...open, AUTH: 'on' })).toBeUndefined();
  expect(refuseForeign({ ...open, AUTH_OFF_IS_INTENDED: true })).toBeUndefined();
});
