import type { Writable } from 'node:stream';
import { InOrder, type Turn } from './core/in-order.js';

/** A message that waits for its acknowledgement. */
export type Waiting = Turn<Received>;

interface Received {
  /** 0: of QoS 0, which has none. */
  readonly packetId: number;
  /** When it came, performance.now(). */
  readonly at: number;
}

const PUBACK = 0x40;

/**
 * The acknowledgements of one connection. They go out in the order in which the messages came, and
 * not at all once the connection is gone: its packet ids belong to other messages then, and an
 * acknowledgement on the next connection would be for one of those.
 */
export class Acknowledgements {
  private readonly waiting = new InOrder<Received>();
  private due: number[] = [];
  private flushing = false;
  private open = true;

  /** @param sent told which packet ids went out */
  constructor(
    private readonly stream: Writable,
    private readonly sent: (packetIds: readonly number[]) => void,
  ) {}

  /** Messages not acknowledged yet. */
  get size(): number {
    return this.waiting.size;
  }

  /** When the oldest of them came, performance.now(); undefined: there is none. */
  get oldest(): number | undefined {
    return this.waiting.first?.at;
  }

  received(packetId: number): Waiting {
    return this.waiting.add({ packetId, at: performance.now() });
  }

  /** The message is safe. It is acknowledged when all are that came before it. */
  settle(message: Waiting): void {
    if (!this.open) return;
    this.waiting.settle(message, this.handOn);
  }

  /** The connection is gone; the broker sends again what it has no acknowledgement of. */
  close(): void {
    this.open = false;
    this.due = [];
  }

  private readonly handOn = ({ packetId }: Received): void => {
    if (packetId === 0) return;
    this.due.push(packetId);
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(this.flush);
  };

  /** Those that are settled together go out in one write: four bytes each, in MQTT 3.1.1 and 5. */
  private readonly flush = (): void => {
    this.flushing = false;
    const { due } = this;
    if (due.length === 0 || !this.open || this.stream.destroyed) return;
    this.due = [];
    const packets = Buffer.allocUnsafe(due.length * 4);
    for (let i = 0, at = 0; i < due.length; i++) {
      packets[at++] = PUBACK;
      packets[at++] = 2;
      packets[at++] = due[i]! >> 8;
      packets[at++] = due[i]! & 0xff;
    }
    this.stream.write(packets);
    this.sent(due);
  };
}
