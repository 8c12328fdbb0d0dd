import { Passwords } from './passwords.js';

it('tells after a rush of log-ins no more than before who exists', async () => {
  const passwords = new Passwords();
  const rush = Array.from({ length: 52 }, () => passwords.hash('correct horse'));
  await expect(passwords.verify('x', undefined)).rejects.toThrow('too many people');
  await Promise.all(rush);
  expect(await passwords.verify('x', undefined)).toBe(false);
});
