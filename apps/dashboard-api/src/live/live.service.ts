import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@iot/service';
import type { BeforeApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import type { AlertRow } from '../alerts/alert.row.js';
import { changedAlerts } from './core/changed-alerts.js';
import { Hub, type Viewer } from './core/hub.js';
import type { LiveOverview, LiveSnapshot } from './live.model.js';
import type { LiveStateReader } from './live-state.reader.js';

/** How often it is looked at watched devices; at the rest every other time. */
const TICK_MS = 500;
/** Events that are kept for those who come back: half a minute and more. */
const KEPT = 120;

interface State {
  readonly overview: LiveOverview;
  readonly alerts: readonly AlertRow[];
}

/**
 * Looks for changes while anybody watches, once for all who do, and tells them. What it costs does
 * not depend on how many these are.
 */
export class Live implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly hub = new Hub(randomUUID().slice(0, 8), KEPT);
  private readonly endings = new Set<() => void>();
  private readonly ended = new AbortController();
  private state: State | undefined;
  private seenDevices = new Map<string, string>();
  private looking: Promise<void> | undefined;
  private trouble = false;

  constructor(
    private readonly reader: LiveStateReader,
    private readonly log: Logger,
  ) {}

  /**
   * Lets somebody watch. @param end is called when the service ends
   * @returns to be called when the viewer is gone
   * @throws the database's error where nothing is known yet, and that cannot be found out
   */
  async join(viewer: Viewer, lastId: string | undefined, end: () => void): Promise<() => void> {
    if (!this.looking) {
      // What was known when the last viewer left is too old to be shown.
      const state = await this.readState();
      this.state ??= state;
    }
    // What changed of a device while nobody watched it has not been said.
    if (viewer.device !== undefined) this.seenDevices.delete(viewer.device);
    this.hub.join(viewer, lastId, () => this.snapshot());
    if (this.ended.signal.aborted) end();
    this.endings.add(end);
    this.looking ??= this.look();
    return () => {
      this.hub.leave(viewer);
      this.endings.delete(end);
    };
  }

  onModuleDestroy(): void {
    this.ended.abort();
    for (const end of this.endings) end();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.looking;
  }

  private snapshot(): LiveSnapshot {
    const { overview, alerts } = this.state!;
    return { at: new Date().toISOString(), overview, alerts, rates: this.reader.readingRates };
  }

  private async look(): Promise<void> {
    for (let tick = 0; this.hub.size > 0 && !this.ended.signal.aborted; tick++) {
      const began = performance.now();
      try {
        await this.tellOfDevices();
        if (tick % 2 === 0) await this.tellOfTheRest();
        this.trouble = false;
      } catch (error) {
        this.tellTrouble(error as Error);
      }
      const rest = TICK_MS - (performance.now() - began);
      await delay(Math.max(50, rest), undefined, { signal: this.ended.signal }).catch(
        () => undefined,
      );
    }
    this.looking = undefined;
    this.state = undefined;
    this.seenDevices.clear();
  }

  private async readState(): Promise<State> {
    const [overview, alerts] = await Promise.all([
      this.reader.overview(Date.now()),
      this.reader.activeAlerts(),
    ]);
    return { overview, alerts };
  }

  private async tellOfTheRest(): Promise<void> {
    const state = await this.readState();
    const before = new Map(this.state?.alerts.map((alert) => [alert.id, JSON.stringify(alert)]));
    const { changed, gone } = changedAlerts(before, state.alerts);
    const ended = await this.reader.alertsOf(gone);
    this.state = state;
    if (changed.length + ended.length > 0)
      this.hub.publish('alerts', { changed: [...changed, ...ended] });
    this.hub.publish('overview', state.overview);
  }

  private async tellOfDevices(): Promise<void> {
    const watched = this.hub.devices();
    const seen = new Map<string, string>();
    for (const row of await this.reader.devicesOf([...watched])) {
      const text = JSON.stringify(row);
      seen.set(row.device_id, text);
      if (this.seenDevices.get(row.device_id) !== text)
        this.hub.publish('device', row, row.device_id);
    }
    this.seenDevices = seen;
  }

  /** Viewers learn that nothing new is known; the log does once. */
  private tellTrouble(error: Error): void {
    if (!this.trouble)
      this.log.warn({ error: error.message }, 'the live view finds out nothing new');
    this.trouble = true;
    this.hub.beat({ at: new Date().toISOString(), trouble: 'The database does not answer.' });
  }
}
