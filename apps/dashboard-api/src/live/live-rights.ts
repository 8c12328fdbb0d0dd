import type { Principal } from '@iot/access';
import type { Accounts } from '@iot/accounts';
import type { Logger } from '@iot/service';
import type { OnModuleDestroy } from '@nestjs/common';

/** What is revoked counts within two seconds: this, and what the question takes. */
const LOOK_MS = 1000;

/**
 * Ends the streams of who may not watch any more. It is asked once for all of them each second,
 * while there are any; while the database does not answer they go on, as tokens do.
 */
export class LiveRights implements OnModuleDestroy {
  private readonly endings = new Map<Principal, () => void>();
  private timer: NodeJS.Timeout | undefined;
  private trouble = false;

  /** @param watching undefined: AUTH is off, and anyone may watch */
  constructor(
    private readonly watching: Pick<Accounts['watch'], 'ended'> | undefined,
    private readonly log: Pick<Logger, 'warn'>,
  ) {}

  /** @param end ends the stream @returns to be called when the stream is over */
  watch(principal: Principal, end: () => void): () => void {
    if (!this.watching || principal.kind === 'anonymous') return () => undefined;
    // One who asks twice has two streams.
    const own = { ...principal };
    this.endings.set(own, end);
    this.plan();
    return () => this.endings.delete(own);
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    this.endings.clear();
  }

  private plan(): void {
    this.timer ??= setTimeout(() => void this.look(), LOOK_MS).unref();
  }

  private async look(): Promise<void> {
    try {
      const ended = await this.watching!.ended(this.endings.keys(), new Date());
      for (const principal of ended) this.endings.get(principal)?.();
      this.trouble = false;
    } catch (error) {
      if (!this.trouble)
        this.log.warn(
          { error: (error as Error).message },
          'it cannot be found out whose live view has ended',
        );
      this.trouble = true;
    }
    this.timer = undefined;
    if (this.endings.size > 0) this.plan();
  }
}
