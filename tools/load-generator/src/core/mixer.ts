import { spoil } from './bad.js';
import type { EventSource, LoadEvent } from './event.js';
import { chance, mix } from './hash.js';
import { Pending } from './pending.js';

/** What is mixed into a stream of readings. Fractions are of the readings, 0 to 1. */
export interface Mixture {
  /** Readings of which the same event is sent once more, within five seconds. */
  readonly duplicates: number;
  /** Readings of which a broken copy is sent as well. */
  readonly bad: number;
  /**
   * Devices that vanish for a while in the middle of the run and send what they measured when they
   * are back.
   */
  readonly disconnect: number;
  /** Readings that are held back by up to `delayBy` ms. */
  readonly delayed: number;
  readonly delayBy: number;
  /** Length of the run in ms: nothing is put off beyond it. */
  readonly end: number;
}

const DUPLICATE_WITHIN = 5_000;
const SALT = {
  duplicate: 41,
  gap: 42,
  bad: 43,
  fault: 44,
  vanish: 45,
  leave: 46,
  away: 47,
  delayed: 48,
  delay: 49,
};

/**
 * When a device is away: from `from` until `to`, ms after the start; undefined for one that stays.
 */
export function outage(
  seed: number,
  device: number,
  fraction: number,
  end: number,
): { from: number; to: number } | undefined {
  if (fraction === 0 || chance(seed, device, 0, SALT.vanish) >= fraction) return undefined;
  const from = end * (0.1 + 0.5 * chance(seed, device, 0, SALT.leave));
  return { from, to: from + end * (0.1 + 0.2 * chance(seed, device, 0, SALT.away)) };
}

/**
 * A stream with duplicates, delays, outages and broken copies mixed in; still in the order of
 * `due`.
 */
export class Mixer implements EventSource {
  private readonly pending = new Pending();
  private readonly outages = new Map<number, { from: number; to: number } | undefined>();
  private head: LoadEvent | undefined;
  private number = 0;

  constructor(
    private readonly base: EventSource,
    private readonly seed: number,
    private readonly mixture: Mixture,
  ) {
    this.head = base.next();
  }

  next(): LoadEvent | undefined {
    for (;;) {
      const { head, pending } = this;
      if (pending.due <= (head?.due ?? Infinity)) return pending.pop();
      if (head === undefined) return undefined;
      this.head = this.base.next();
      const event = this.schedule(head, this.number++);
      if (event === head) return event;
      pending.push(event);
    }
  }

  /** Decides what becomes of a reading; the same object when it is sent in its turn. */
  private schedule(event: LoadEvent, number: number): LoadEvent {
    const { seed, mixture, pending } = this;
    const { reading } = event;
    const { device } = reading;
    let due = event.due;
    if (mixture.disconnect > 0) {
      const away = this.away(device);
      if (away && due >= away.from && due < away.to) due = away.to;
    }
    const delayed =
      mixture.delayed > 0 && chance(seed, device, number, SALT.delayed) < mixture.delayed;
    if (delayed)
      due = Math.min(
        mixture.end,
        due + 1 + mixture.delayBy * chance(seed, device, number, SALT.delay) ** 2,
      );
    const late = event.late || delayed;
    const scheduled =
      due === event.due ? event : { due, reading, late, duplicate: false, bad: undefined };
    if (
      mixture.duplicates > 0 &&
      chance(seed, device, number, SALT.duplicate) < mixture.duplicates
    ) {
      const again = Math.min(
        mixture.end,
        due + DUPLICATE_WITHIN * chance(seed, device, number, SALT.gap),
      );
      pending.push({ due: Math.max(due, again), reading, late, duplicate: true, bad: undefined });
    }
    if (mixture.bad > 0 && chance(seed, device, number, SALT.bad) < mixture.bad)
      pending.push({
        due,
        late,
        duplicate: false,
        ...spoil(reading, mix(seed, device, number, SALT.fault)),
      });
    return scheduled;
  }

  private away(device: number): { from: number; to: number } | undefined {
    if (!this.outages.has(device))
      this.outages.set(
        device,
        outage(this.seed, device, this.mixture.disconnect, this.mixture.end),
      );
    return this.outages.get(device);
  }
}
