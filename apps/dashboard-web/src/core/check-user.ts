import type { Values } from './form-values.js';

const NAME = /^[a-z0-9][a-z0-9._@+-]{0,63}$/;

/** What is wrong with a user's name and password, by field; no password: one is made. */
export function checkUser({ name, password }: Values): Readonly<Record<string, string>> {
  const length = typeof password === 'string' ? [...password].length : 0;
  return {
    ...(!NAME.test(String(name).trim()) && {
      name: '1–64 of a–z 0–9 . _ @ + -, and it begins with a letter or a digit',
    }),
    ...(length > 0 && (length < 12 || length > 256) && { password: 'It has 12 to 256 characters' }),
  };
}
