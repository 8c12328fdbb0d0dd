import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';

/** What lies where in the data folder. */
export class DataFolder {
  readonly path: string;
  readonly kafka: string;
  readonly mongo: string;
  readonly mqtt: string;
  /** Secrets, for this user alone. */
  readonly secrets: string;
  private readonly logs: string;
  private readonly run: string;

  constructor(path: string) {
    this.path = resolve(path);
    this.kafka = join(this.path, 'kafka');
    this.mongo = join(this.path, 'mongo');
    this.mqtt = join(this.path, 'mqtt');
    this.secrets = join(this.path, 'secrets');
    this.logs = join(this.path, 'logs');
    this.run = join(this.path, 'run');
  }

  /** Makes the folders. @throws Error in one line when the data folder cannot be written */
  prepare(): void {
    try {
      for (const folder of [this.kafka, this.mongo, this.mqtt, this.logs, this.run]) {
        makeFolder(folder);
        rmSync(mkdtempSync(join(folder, '.writable-')), { recursive: true });
      }
    } catch (error) {
      const why = (error as Error).message;
      throw new Error(`--data is "${this.path}"; allowed: a folder that can be written (${why}).`, {
        cause: error,
      });
    }
  }

  logFile(name: string): string {
    return join(this.logs, name + '.log');
  }

  pidFile(service: string): string {
    return join(this.run, service + '.json');
  }

  /** Begins a new log file; the one of the run before is kept beside it as NAME.log.1. */
  newLog(name: string): string {
    const file = this.logFile(name);
    if (existsSync(file)) renameSync(file, file + '.1');
    return file;
  }

  /**
   * Deletes what earlier runs left: only the folders that this tool makes, whatever else the data
   * folder holds.
   */
  clean(): void {
    for (const folder of [
      ...[this.kafka, this.mongo, this.mqtt, this.secrets],
      ...[this.logs, this.run],
    ])
      rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Node's own `recursive` tries for ever where the system says ENOENT of a folder whose parent is
 * there, as under /proc.
 */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}

/** Asks on the terminal; false for anything but yes. Throws when there is no terminal to ask on. */
export async function confirmDeletion(folder: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new Error(
      `--clean would delete the data in ${folder}: add --yes to do it without a terminal.`,
    );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Delete the data in ${folder}? [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
