/**
 * What a message was taken as, whose readings have neither time nor id of their own: the id that
 * theirs are made of, when it came (epoch ms), and a fingerprint of topic and payload.
 */
export interface Origin {
  readonly id: string;
  readonly at: number;
  readonly content: string;
}

/**
 * Remembers, for one session at the broker, as what each packet id was taken, so that a message
 * which comes again is taken as the same readings. Forgets when the broker has surely seen the
 * acknowledgement: it answers a ping after all that was written before the ping.
 */
export class Deliveries {
  private readonly known = new Map<number, Origin>();
  /** Acknowledged since the last answer to a ping, and before it. */
  private acknowledgedNow = new Map<number, Origin>();
  private acknowledgedBefore = new Map<number, Origin>();

  /** @param known what an earlier process wrote down, all of which may come again */
  constructor(known: Iterable<readonly [number, Origin]> = []) {
    for (const [packetId, origin] of known) {
      this.known.set(packetId, origin);
      this.acknowledgedNow.set(packetId, origin);
    }
  }

  /** Packet ids that are remembered. */
  get size(): number {
    return this.known.size;
  }

  /** As what a message that comes again was taken; undefined: it is taken for the first time. */
  find(packetId: number, content: string): Origin | undefined {
    const origin = this.known.get(packetId);
    return origin?.content === content ? origin : undefined;
  }

  remember(packetId: number, origin: Origin): void {
    this.known.set(packetId, origin);
  }

  /** An acknowledgement was written to the connection. */
  acknowledged(packetId: number): void {
    const origin = this.known.get(packetId);
    if (origin) this.acknowledgedNow.set(packetId, origin);
  }

  /**
   * The broker answered a ping, and so has seen what was acknowledged before that ping was written,
   * which is after its last answer.
   */
  answered(): void {
    for (const [packetId, origin] of this.acknowledgedBefore)
      // The packet id may belong to another message by now.
      if (this.known.get(packetId) === origin) this.known.delete(packetId);
    this.acknowledgedBefore = this.acknowledgedNow;
    this.acknowledgedNow = new Map();
  }
}

/**
 * Of what an earlier process wrote down, that which may come again: acknowledgements go out in
 * order, so it is among the newest. Older entries are left out, as their packet ids may have been
 * used again since.
 */
export function newest(
  written: ReadonlyMap<number, Origin>,
  most: number,
): (readonly [number, Origin])[] {
  return [...written].sort(([, a], [, b]) => b.at - a.at || (a.id < b.id ? 1 : -1)).slice(0, most);
}
