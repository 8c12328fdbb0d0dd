import { setTimeout as delay } from 'node:timers/promises';
import type { Sender, SentReading } from './sender.js';

/** Hysteresis and a second bound: both sides of each, none on it. */
export const HOT = { bound: 30, clearAt: 25, critical: 45 };
const TEMPERATURES = [20, 28, 31, 28, 46, 20, 31, 20, 24, 35];
const TICK_MS = 100;
/** So that readings are newer than those before, however fast the clock is. */
const STEP_MS = 1000;

/**
 * Presses that are hot now and then. Readings of now, some of which come twice and some late, each
 * tick those of all presses.
 */
export class Presses {
  /** All that was sent, in order. */
  readonly log: SentReading[] = [];
  private sending: Promise<void> | undefined;
  private ended = false;

  constructor(
    private readonly sender: Sender,
    private readonly names: readonly string[],
  ) {}

  start(): void {
    this.sending = this.run();
  }

  /** @throws what made it stop sending */
  async stop(): Promise<void> {
    this.ended = true;
    await this.sending;
  }

  private async run(): Promise<void> {
    // Event time, which goes faster than the clock: so it begins far enough in the past.
    const began = Date.now() - 24 * 3_600_000;
    for (let tick = 0; !this.ended; tick++) {
      const readings = this.names.flatMap((name, i) => this.readings(name, i, tick, began));
      this.log.push(...readings);
      await this.sender.send(readings);
      await delay(TICK_MS);
    }
  }

  private readings(device_id: string, i: number, tick: number, began: number): SentReading[] {
    if ((tick + i) % 5 !== 0) return [];
    const at = (n: number): SentReading => ({
      device_id,
      event_id: `${n}`,
      ts: began + n * STEP_MS,
      temperature_c: TEMPERATURES[Math.floor((n * (i + 3)) / 7 + i) % TEMPERATURES.length]!,
    });
    const late = { ...at(tick), event_id: `late-${tick}`, ts: began - STEP_MS, temperature_c: 90 };
    return [at(tick), ...(tick % 4 === 0 ? [at(tick)] : []), ...(tick % 6 === 0 ? [late] : [])];
  }
}
