import type { OnApplicationBootstrap, OnApplicationShutdown } from '@nestjs/common';
import type { DirectoryWatch } from './directory-watch.js';
import type { FileWatch } from './file-watch.js';
import type { Rounds } from './rounds.js';

/** What goes on by itself, from the start of the process to its end. */
export class Life implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly ended = new AbortController();
  private following: Promise<unknown> | undefined;

  constructor(
    private readonly directory: DirectoryWatch,
    private readonly rounds: Rounds,
    /** Undefined: there is no file. */
    private readonly file: FileWatch | undefined,
    private readonly withoutFile: () => Promise<void>,
  ) {}

  onApplicationBootstrap(): void {
    const { signal } = this.ended;
    this.following = Promise.all([
      this.directory.follow(signal),
      this.file?.follow(signal) ?? this.withoutFile().catch(() => undefined),
    ]);
    this.rounds.start();
  }

  async onApplicationShutdown(): Promise<void> {
    this.ended.abort();
    await this.rounds.stop();
    await this.following;
  }
}
