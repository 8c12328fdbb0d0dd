import { readFileSync } from 'node:fs';
import { AccountRefusal, administrationOf, passwordProblem } from '@iot/accounts';
import { isRole, ROLES, type Role } from '@iot/access';
import { InvalidArgumentError } from 'commander';
import type { Context } from '../context.js';
import { CommandError, EXIT } from '../exit.js';

/** The accounts, as a command has them. */
export type Administered = ReturnType<typeof administrationOf>;

/** Does something with the accounts; what they refuse is said in a line. */
export const administer = (
  context: Context,
  work: (accounts: Administered) => Promise<void>,
): Promise<void> =>
  context.run({ mongo: true, kafka: false }, async ({ mongo, config }) => {
    try {
      await work(administrationOf(mongo, config));
      return EXIT.ok;
    } catch (error) {
      if (error instanceof AccountRefusal) throw new CommandError(error.message, EXIT.usage);
      throw error;
    }
  });

/** The value of an option that says a role. */
export function role(text: string): Role {
  if (!isRole(text)) throw new InvalidArgumentError(`Allowed: ${ROLES.join(', ')}.`);
  return text;
}

/** The password in a file, or on standard input for `-`. @throws CommandError */
export function passwordIn(file: string | undefined, name: string): string | undefined {
  if (file === undefined) return undefined;
  let password: string;
  try {
    password = readFileSync(file === '-' ? 0 : file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${(error as Error).message}`, EXIT.usage);
  }
  const problem = passwordProblem(password, name);
  if (problem) throw new CommandError(`the password in ${file} ${problem}`, EXIT.usage);
  return password;
}
