import { hostname } from 'node:os';
import type { Accounts } from './accounts.js';
import { AccountRefusal } from './refusals.js';

/** The name of the first user. */
export const FIRST_ADMIN = 'admin';

/**
 * Makes the user `admin` where there is no user yet. Of several processes one makes it.
 * @returns whether it was made here @throws the driver's error
 */
export async function ensureFirstAdmin(
  { users, administration }: Pick<Accounts, 'users' | 'administration'>,
  password: string,
  now: Date,
): Promise<boolean> {
  if (await users.areThere()) return false;
  const actor = { kind: 'command', id: 'installation', source: hostname() };
  try {
    await administration.createUser({ name: FIRST_ADMIN, role: 'admin', password }, actor, now);
    return true;
  } catch (error) {
    if (error instanceof AccountRefusal && error.reason === 'taken') return false;
    throw error;
  }
}
