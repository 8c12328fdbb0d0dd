import { spawn } from 'node:child_process';

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** A program ended with another code than 0; the message has what it wrote to standard error. */
export class CommandError extends Error {
  constructor(
    command: string,
    readonly code: number | null,
    readonly stdout: string,
    readonly stderr: string,
  ) {
    super(`${command} ended with ${code ?? 'a signal'}: ${stderr.trim() || stdout.trim()}`);
    this.name = 'CommandError';
  }
}

/**
 * Runs a program with `input` on its standard input. @throws CommandError, also when it takes
 * longer than `timeoutMs` (default 5 min) and is killed
 */
export function command(
  program: string,
  args: readonly string[],
  options: {
    readonly env?: NodeJS.ProcessEnv;
    readonly input?: string;
    readonly timeoutMs?: number;
    readonly cwd?: string;
  } = {},
): Promise<Output> {
  return new Promise((resolve, reject) => {
    const { env, input, timeoutMs = 300_000, cwd } = options;
    const child = spawn(program, args, {
      stdio: 'pipe',
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(env && { env }),
      ...(cwd && { cwd }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.stdin.on('error', () => undefined); // It may end without reading all of it; its exit code says what that means.
    child.stdin.end(input ?? '');
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve({ stdout, stderr });
      else
        reject(
          new CommandError([program.split('/').at(-1), ...args].join(' '), code, stdout, stderr),
        );
    });
  });
}
