import { setTimeout as delay } from 'node:timers/promises';
import { withinDeadline } from '@iot/resilience';
import type { NotificationStore } from '../output/store.js';
import { EMPTY_DIRECTORY, type Directory, type DirectorySource } from '../core/directory.js';

const EVERY_MS = 2000;
const DEADLINE_MS = 10_000;
/** Another notifier may still have put alerts into groups of an older route. */
const SWEEP_MS = 60_000;

/** Reads the directory again and again, so that a change is in force some seconds later. */
export class DirectoryWatch implements DirectorySource {
  current: Directory = EMPTY_DIRECTORY;
  private known = false;
  private sweptAt = 0;
  private swept = '';

  constructor(
    private readonly read: () => Promise<Directory>,
    private readonly store: NotificationStore,
    private readonly onState: (up: boolean, error?: Error) => void,
  ) {}

  /** Whether it was read at all: before, nothing must be put anywhere by it. */
  get isKnown(): boolean {
    return this.known;
  }

  async follow(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await withinDeadline(DEADLINE_MS, this.refresh(Date.now()));
        this.onState(true);
      } catch (error) {
        if (!signal.aborted) this.onState(false, error as Error);
      }
      await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Reads it, and has groups looked at whose routes have changed. */
  async refresh(now: number): Promise<void> {
    this.current = await this.read();
    this.known = true;
    const versions = new Map(this.current.routes.map(({ _id, version }) => [_id, version]));
    const form = JSON.stringify([...versions]);
    if (form === this.swept && now - this.sweptAt < SWEEP_MS) return;
    await this.store.wakeOutdated(versions, new Date(now));
    this.swept = form;
    this.sweptAt = now;
  }
}
