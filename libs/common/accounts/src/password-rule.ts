const MIN = 12;
const MAX = 256;
const MAX_BYTES = 1024;

/** What a password must be, for people. */
export const PASSWORD_RULE = `${MIN} to ${MAX} characters, and not the name`;

/**
 * Why a password may not be one; undefined: it may. Length is what makes a password strong, so
 * nothing else is asked. Asked before anything is hashed.
 */
export function passwordProblem(password: string, name: string): string | undefined {
  const length = [...password].length;
  if (length < MIN) return `has fewer than ${MIN} characters`;
  if (isOverlong(password) || length > MAX) return `has more than ${MAX} characters`;
  return password.toLowerCase() === name.toLowerCase() ? 'is the name' : undefined;
}

/** Whether nobody can have such a password. */
export const isOverlong = (password: string): boolean =>
  password.length > MAX_BYTES || Buffer.byteLength(password) > MAX_BYTES;
