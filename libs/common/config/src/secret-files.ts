import { readFileSync } from 'node:fs';

const ENDING = '_FILE';

/**
 * Where a process reads both NAME and NAME_FILE, the text of that file is the value of NAME: what
 * is secret then stands neither in the environment nor in what describes a container. A line break
 * at its end does not count.
 *
 * @param variables names of all that the process reads
 * @returns the environment with what the files say, and a line for each that is of no use
 */
export function withFiles(
  variables: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): { readonly env: Record<string, string | undefined>; readonly problems: string[] } {
  const filled = { ...env };
  const problems: string[] = [];
  for (const name of variables) {
    const path = env[name + ENDING];
    if (path === undefined || !variables.includes(name + ENDING)) continue;
    const line = (allowed: string): void =>
      void problems.push(`${name}${ENDING} is ${JSON.stringify(path)}; allowed: ${allowed}`);
    if (env[name] !== undefined) line(`one of ${name}${ENDING} and ${name}, which is set too`);
    else
      try {
        filled[name] = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
        if (filled[name] === '') line('a file that is not empty');
      } catch (error) {
        line(`a file that can be read (${(error as NodeJS.ErrnoException).code})`);
      }
  }
  return { env: filled, problems };
}
