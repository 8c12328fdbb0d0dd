import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { DirectoryWatch } from './directory-watch.js';
import type { FileWatch } from './file-watch.js';
import type { Rounds } from './rounds.js';

/** What goes on by itself, from the start of the process to its end. */
export class Life implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ended = new AbortController();
  private readonly following: Promise<void>[] = [];

  constructor(
    private readonly directory: DirectoryWatch,
    private readonly rounds: Rounds,
    /** Undefined: there is no file. */
    private readonly file: FileWatch | undefined,
    private readonly withoutFile: () => Promise<void>,
  ) {}

  /**
   * In this order: what the file says, the directory, and the work. Who works by a directory that
   * was not read yet finds no route, and forgets what is to be told.
   */
  onApplicationBootstrap(): void {
    const { signal } = this.ended;
    const file = new Promise<void>((settled) => {
      this.following.push(
        this.file?.follow(signal, settled) ??
          this.withoutFile()
            .catch(() => undefined)
            .finally(settled),
      );
    });
    void file.then(() => {
      this.following.push(this.directory.follow(signal, () => this.rounds.start()));
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.ended.abort();
    await this.rounds.stop();
    await Promise.all(this.following);
  }
}
