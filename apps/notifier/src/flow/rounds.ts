import type { HealthCheck } from '@iot/health';
import { jitteredBackoff, withinDeadline } from '@iot/resilience';
import type { PostOffice } from './post-office.js';

const EVERY_MS = 2000;
/** So that what several events ask for is one round. */
const SOON_MS = 10;
const DEADLINE_MS = 30_000;
const UNWELL_BACKOFF = { firstMs: 500, maxMs: 10_000 };
const STALE_MS = 60_000;

/** Has the post office do its rounds: every two seconds, and sooner when something is due. */
export class Rounds implements HealthCheck {
  readonly name = 'rounds';
  private timer: NodeJS.Timeout | undefined;
  private at = Infinity;
  private running: Promise<void> | undefined;
  private ended = false;
  private failures = 0;
  private lastError = '';
  private doneAt = Date.now();

  constructor(
    private readonly office: PostOffice,
    private readonly onFailed: (error: Error) => void,
  ) {}

  start(): void {
    this.doneAt = Date.now();
    this.due(0);
  }

  /** Something is to be done then, epoch ms; 0: at once. */
  due(at: number): void {
    this.at = Math.min(this.at, Math.max(at, Date.now() + SOON_MS));
    if (!this.running && this.failures === 0) this.arm();
  }

  check(): void {
    if (Date.now() - this.doneAt > STALE_MS)
      throw new Error(`no round has ended of late: ${this.lastError || 'it takes long'}`);
  }

  /** No more rounds; resolves when the last one and its deliveries have ended. */
  async stop(): Promise<void> {
    this.ended = true;
    clearTimeout(this.timer);
    await this.running;
    await this.office.settled();
  }

  private arm(): void {
    clearTimeout(this.timer);
    if (this.ended) return;
    const wait = Math.max(0, this.at - Date.now());
    this.timer = setTimeout(
      () => {
        this.at = Infinity;
        this.running = this.round().then(() => {
          this.running = undefined;
          this.arm();
        });
      },
      // Without failures there is a round every two seconds, for what another process left behind.
      this.failures > 0 ? wait : Math.min(EVERY_MS, wait),
    );
  }

  private async round(): Promise<void> {
    let more = false;
    try {
      more = await withinDeadline(DEADLINE_MS, this.office.round(Date.now()));
      this.failures = 0;
      this.doneAt = Date.now();
    } catch (error) {
      this.lastError = (error as Error).message;
      if (this.failures++ % 20 === 0) this.onFailed(error as Error);
    }
    if (this.failures > 0)
      this.at = Date.now() + jitteredBackoff(this.failures - 1, UNWELL_BACKOFF, Math.random());
    else if (more) this.at = 0;
  }
}
