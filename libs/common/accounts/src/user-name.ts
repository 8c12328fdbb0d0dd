const NAME = /^[a-z0-9][a-z0-9._@+-]{0,63}$/;

/** What a user's name must be, for people. */
export const USER_NAME_RULE =
  'must be 1–64 of a-z 0-9 . _ @ + -, and begin with a letter or a digit';

export const isUserName = (name: unknown): name is string =>
  typeof name === 'string' && NAME.test(name);

/** A name as somebody types it; undefined where nobody can have it. */
export function typedName(text: string): string | undefined {
  const name = text.trim().toLowerCase();
  return isUserName(name) ? name : undefined;
}
