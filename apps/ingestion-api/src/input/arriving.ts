import type { ByteBudget } from '@iot/resilience';
import { bufferFull, stalled, type Refusal } from './refusal.js';

/** What a piece of a body takes beside its bytes: a Buffer of its own, measured at 870 bytes. */
export const PIECE_BYTES = 1024;

const SWEEP_MS = 1000;
/** A body of which less than this came since the last sweep is slow. */
const SLOW_BYTES = 4096;

export interface ArrivingOptions {
  readonly budget: ByteBudget;
  /** A body of which nothing comes for so long is given up. */
  readonly stallMs: number;
}

/**
 * The bodies that are still arriving. What is held of them is a part of the budget, so that
 * requests which came whole always find room; when that part is full the slow ones make room, the
 * oldest first. So a stranger who sends half a body and stalls takes nothing from others.
 */
export class ArrivingBodies {
  readonly budget: ByteBudget;
  private readonly stallMs: number;
  private readonly share: number;
  /** The oldest first. */
  private readonly bodies = new Set<Hold>();
  /** Those that were slow at the last sweep, the newest first. */
  private slow: Hold[] = [];
  private held = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor({ budget, stallMs }: ArrivingOptions) {
    this.budget = budget;
    this.stallMs = stallMs;
    this.share = (budget.limit * 3) / 4;
  }

  /** How many there are. */
  get count(): number {
    return this.bodies.size;
  }

  enter(body: Hold, bytes: number): void {
    this.bodies.add(body);
    this.held += bytes;
    this.timer ??= setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  leave(body: Hold, bytes: number): void {
    this.bodies.delete(body);
    this.held -= bytes;
  }

  /** Counts more bytes, or fewer, of `body`. @throws Refusal (503) when there is no room */
  add(body: Hold, bytes: number): void {
    while (this.held + bytes > this.share) {
      const slow = this.slow.pop();
      if (!slow) throw bufferFull();
      if (slow !== body && this.bodies.has(slow) && slow.moved < SLOW_BYTES)
        slow.giveUp?.(stalled());
    }
    this.held += bytes;
  }

  private sweep(): void {
    this.slow = [];
    for (const body of this.bodies) {
      body.idleMs = body.moved === 0 ? body.idleMs + SWEEP_MS : 0;
      if (body.idleMs >= this.stallMs) body.giveUp?.(stalled());
      else if (body.moved < SLOW_BYTES) this.slow.push(body);
      body.moved = 0;
    }
    this.slow.reverse();
    if (this.bodies.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

/** Bytes of one request counted against the budget of the process. */
export class Hold {
  /** Bytes that came since the last sweep. */
  moved = 0;
  /** How long nothing has come. */
  idleMs = 0;
  /** Ends the reading of this body; there while it is arriving. */
  giveUp: ((why: Refusal) => void) | undefined;
  private bytes = 0;

  constructor(private readonly arriving: ArrivingBodies) {}

  /** @throws Refusal (503) when the budget has no room */
  take(bytes: number): void {
    const { arriving } = this;
    if (this.giveUp) arriving.add(this, bytes);
    if (arriving.budget.take(bytes)) {
      this.bytes += bytes;
      return;
    }
    if (this.giveUp) arriving.add(this, -bytes);
    throw bufferFull();
  }

  give(bytes: number): void {
    // Of a request that was released meanwhile nothing is left to give.
    const given = Math.min(bytes, this.bytes);
    if (this.giveUp) this.arriving.add(this, -given);
    this.bytes -= given;
    this.arriving.budget.give(given);
  }

  /**
   * The body is not here yet. @param giveUp called at most once, when it is not to be waited for
   * any more
   */
  arrives(giveUp: (why: Refusal) => void): void {
    if (this.giveUp) return;
    this.giveUp = (why) => {
      this.arrived();
      giveUp(why);
    };
    this.arriving.enter(this, this.bytes);
  }

  /** All of the body is here, or no more of it is wanted. */
  arrived(): void {
    if (!this.giveUp) return;
    this.giveUp = undefined;
    this.arriving.leave(this, this.bytes);
  }

  release(): void {
    this.arrived();
    this.arriving.budget.give(this.bytes);
    this.bytes = 0;
  }
}
