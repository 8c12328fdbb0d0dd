import { asksWho } from './auth.js';

it.each([
  [false, {}, false],
  [false, { HOST: '127.0.0.1' }, false],
  [false, { HOST: '' }, false],
  [true, {}, true],
  [true, { AUTH: 'off' }, true],
  [false, { AUTH: 'on' }, true],
  [false, { HOST: '0.0.0.0' }, true],
  [false, { HOST: '0.0.0.0', AUTH: 'off' }, false],
  [false, { HOST: '::1', AUTH: '' }, false],
])('--auth %s with %j: %s', (wanted, env, asks) => {
  expect(asksWho(wanted, env)).toBe(asks);
});
