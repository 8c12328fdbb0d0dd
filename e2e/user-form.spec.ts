import { isUserName, passwordProblem } from '@iot/accounts';
import fc from 'fast-check';
import { checkUser } from '../apps/dashboard-web/src/core/check-user.js';

const letters = fc.constantFrom(...'abcz09._@+-!A ä😀');
const names = fc
  .oneof(
    { weight: 3, arbitrary: fc.string({ unit: letters, maxLength: 6 }) },
    fc.integer({ min: 63, max: 65 }).map((n) => 'a'.repeat(n)),
  )
  .map((name) => name.trim());
const passwords = fc.oneof(
  fc.string({ unit: letters, minLength: 1, maxLength: 14 }),
  fc.integer({ min: 255, max: 257 }).map((n) => 'x'.repeat(n)),
);

it('finds the name and the password of a user wrong where the API does', () =>
  fc.assert(
    fc.property(names, passwords, (name, password) => {
      const wrong = checkUser({ name, password });
      expect('name' in wrong).toBe(!isUserName(name));
      expect('password' in wrong).toBe(/characters/.test(passwordProblem(password, name) ?? ''));
    }),
  ));
