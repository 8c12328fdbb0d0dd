import { setTimeout as delay } from 'node:timers/promises';
import { parseNotifyFile, type NotifyFile } from '../core/notify-file.js';

const EVERY_MS = 3000;

export interface FileOptions {
  readonly read: () => Promise<string>;
  readonly apply: (file: NotifyFile) => Promise<void>;
  /** Told of each text once; undefined: it is in force. */
  readonly onOutcome: (problems: readonly string[] | undefined) => void;
}

/** Puts NOTIFY_FILE in force when it changes: as a whole, or not at all. */
export class FileWatch {
  private seen: string | undefined;

  constructor(private readonly options: FileOptions) {}

  /** @param onSettled told once, when what the file says is in force, or was refused */
  async follow(signal: AbortSignal, onSettled: () => void): Promise<void> {
    while (!signal.aborted) {
      const wasSettled = this.seen !== undefined;
      await this.look();
      if (!wasSettled && this.seen !== undefined) onSettled();
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async look(): Promise<void> {
    const { read, apply, onOutcome } = this.options;
    let text: string;
    try {
      text = await read();
    } catch (error) {
      return this.refused(`cannot be read: ${(error as Error).message}`);
    }
    if (text === this.seen) return;
    const file = parseNotifyFile(text);
    if ('problems' in file) {
      this.seen = text;
      return onOutcome(file.problems);
    }
    try {
      await apply(file);
    } catch {
      // The database is away, as health says: it is tried again.
      return;
    }
    this.seen = text;
    onOutcome(undefined);
  }

  private refused(why: string): void {
    if (this.seen === why) return;
    this.seen = why;
    this.options.onOutcome([why]);
  }
}
