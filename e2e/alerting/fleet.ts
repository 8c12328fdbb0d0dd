import { setTimeout as delay } from 'node:timers/promises';
import type { Sender } from './sender.js';

const TICKS = 10;

/** Devices that each send a reading once in a period, spread over it, until they fall silent. */
export class Fleet {
  /** When each device sent its last reading, epoch ms. */
  readonly lastSent = new Map<string, number>();
  private readonly silent = new Set<string>();
  private sending: Promise<void> | undefined;
  private ended = false;

  constructor(
    private readonly sender: Sender,
    private readonly devices: readonly string[],
    private readonly periodMs: number,
  ) {}

  start(): void {
    this.sending = this.run();
  }

  silence(devices: readonly string[]): void {
    for (const device of devices) this.silent.add(device);
  }

  /** @throws what made it stop sending */
  async stop(): Promise<void> {
    this.ended = true;
    await this.sending;
  }

  private async run(): Promise<void> {
    const beganAt = performance.now();
    for (let tick = 0; !this.ended; tick++) {
      const ts = Date.now();
      const talking = this.devices.filter(
        (device, i) => i % TICKS === tick % TICKS && !this.silent.has(device),
      );
      await this.sender.send(
        talking.map((device_id) => ({ device_id, event_id: `${tick}`, ts, humidity: 40 })),
      );
      for (const device of talking) this.lastSent.set(device, Date.now());
      const next = beganAt + ((tick + 1) * this.periodMs) / TICKS;
      await delay(Math.max(0, next - performance.now()));
    }
  }
}
