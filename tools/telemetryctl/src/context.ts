import { hostname, userInfo } from 'node:os';
import type { Actor } from '@iot/accounts';
import { printable, printableJson, printableLines } from '@iot/printable';
import type { Command } from 'commander';
import { loadSettings, type ConnectionOptions } from './connection/config.js';
import { connect, type Needs, type Platform } from './connection/platform.js';
import { progressLine } from './output/progress.js';

/** Where a command writes: results to `out`, what it says beside them to `err`. */
export interface Terminal {
  readonly out: Pick<NodeJS.WriteStream, 'write'>;
  readonly err: Pick<NodeJS.WriteStream, 'write' | 'isTTY'>;
}

/**
 * What a command is given: connections, and where its results go. What it prints may hold text from
 * outside; here it is made safe.
 */
export interface Context {
  /** Connects, does the work, closes; the work's exit code becomes the process's. */
  run(
    needs: Needs,
    work: (platform: Platform, progress: (text: string) => void) => Promise<number>,
  ): Promise<void>;
  /** Prints a result: `json` under --json, else the text. */
  print(json: unknown, text: () => string): void;
  /** Who runs it, for the audit: --as, or the user of the operating system. */
  actor(): Actor;
  /** A line beside the results, unless --quiet. */
  say(text: string): void;
}

interface GlobalOptions extends ConnectionOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly as?: string;
}

/** @param exit is told the exit code */
export function contextOf(
  program: Command,
  { out, err }: Terminal,
  exit: (code: number) => void,
): Context {
  const options = (): GlobalOptions => program.opts();
  return {
    async run(needs, work) {
      const platform = await connect(loadSettings(options()), needs);
      const progress = progressLine(err, options().quiet === true);
      try {
        const code = await work(platform, (text) => progress.show(printable(text, 200)));
        exit(code);
      } finally {
        progress.end();
        await platform.close();
      }
    },
    print(json, text) {
      out.write(
        `${options().json ? printableJson(JSON.stringify(json, null, 2)) : printableLines(text())}\n`,
      );
    },
    actor() {
      return { kind: 'command', id: options().as ?? osUser(), source: hostname() };
    },
    say(text) {
      if (!options().quiet) err.write(`${printableLines(text)}\n`);
    },
  };
}

/** In a container the user may have no name. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
