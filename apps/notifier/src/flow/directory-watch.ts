import { setTimeout as delay } from 'node:timers/promises';
import { BackendUnavailable, withinDeadline } from '@iot/resilience';
import type { NotificationStore } from '../output/store.js';
import type { Directory, DirectorySource } from '../core/directory.js';

const EVERY_MS = 2000;
const DEADLINE_MS = 10_000;
/** Another notifier may still have put alerts into groups of an older route. */
const SWEEP_MS = 60_000;

/** Reads the directory again and again, so that a change is in force some seconds later. */
export class DirectoryWatch implements DirectorySource {
  private known: Directory | undefined;
  private sweptAt = 0;
  private swept = '';

  constructor(
    private readonly read: () => Promise<Directory>,
    private readonly store: NotificationStore,
    private readonly onState: (up: boolean, error?: Error) => void,
  ) {}

  get current(): Directory {
    if (!this.known) throw new BackendUnavailable('receivers and routes', 'they are not read yet');
    return this.known;
  }

  /** @param onKnown told once, when it was read for the first time */
  async follow(signal: AbortSignal, onKnown: () => void): Promise<void> {
    while (!signal.aborted) {
      try {
        const wasKnown = this.known !== undefined;
        await withinDeadline(DEADLINE_MS, this.refresh(Date.now()));
        this.onState(true);
        if (!wasKnown) onKnown();
      } catch (error) {
        if (!signal.aborted) this.onState(false, error as Error);
      }
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads it, and has groups looked at whose routes have changed. */
  async refresh(now: number): Promise<void> {
    const read = await this.read();
    this.known = read;
    const versions = new Map(read.routes.map(({ _id, version }) => [_id, version]));
    const form = JSON.stringify([...versions]);
    if (form === this.swept && now - this.sweptAt < SWEEP_MS) return;
    await this.store.wakeOutdated(versions, new Date(now));
    this.swept = form;
    this.sweptAt = now;
  }
}
