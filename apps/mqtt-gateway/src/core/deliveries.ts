/**
 * What a message was taken as, whose readings have neither time nor id of their own: the id that
 * theirs are made of, when it came (epoch ms), a fingerprint of topic and payload, and how many
 * packet ids the session had used by then.
 */
export interface Origin {
  readonly id: string;
  readonly at: number;
  readonly content: string;
  readonly seq: number;
}

/**
 * How a broker gives packet ids: counting up, so that an id is another message's only after all
 * others; or again as soon as they are free.
 */
export const NUMBERINGS = ['unknown', 'counting', 'reusing'] as const;
export type Numbering = (typeof NUMBERINGS)[number];

/** How far a session has come: what an earlier process took before `from` never comes again. */
export interface Mark {
  readonly from: number;
  readonly seq: number;
  /** The newest packet id, where the broker counts; 0: none. */
  readonly last: number;
  readonly numbering: Numbering;
}

/** What an earlier process wrote down. */
export interface Written {
  readonly known: readonly (readonly [packetId: number, origin: Origin])[];
  readonly mark: Mark;
}

export interface Limits {
  /** Packet ids back from the newest one that may still come again. */
  readonly window: number;
  /** Packet ids between two marks, at most, while an entry is within the window. */
  readonly markEvery: number;
  /**
   * Messages that must pass over a free packet id, and most ids left out over a new connection,
   * before a broker is held to count.
   */
  readonly proof: number;
  /** Packet ids that there are. */
  readonly ids: number;
}

/**
 * The sum of both and of what may be in flight unseen is below the number of ids, and each restart
 * moves the window on by `markEvery`.
 * @param mostInFlight messages that are taken and not acknowledged, at most 16,000
 */
export const limitsFor = (mostInFlight: number): Limits => ({
  window: Math.max(mostInFlight * 2, 16_384),
  markEvery: 2048,
  proof: 256,
  ids: 65_535,
});

interface Known {
  readonly origin: Origin;
  /** Its acknowledgement may be with the broker: which of all acknowledgements it is. */
  acknowledged: number | undefined;
}

/** A broker that shows nothing is not asked for ever. */
const MOST_TRIES = 3;

export const NOTHING: Written = {
  known: [],
  mark: { from: 0, seq: 0, last: 0, numbering: 'unknown' },
};

/**
 * Remembers, for one session at the broker, as what each packet id was taken, so that a message
 * which comes again is taken as the same readings: only where it is surely the same, as one that is
 * taken for another is lost. An id may belong to another message, which was sent and never arrived,
 * once the broker has its acknowledgement. So:
 *
 * - While no acknowledgement was written, it is the same.
 * - Later it is where the broker counts ids up, also from one connection to the next, which is seen
 *   from those that come, and has not come round to it since.
 * - Never when the session began anew, and when the broker answered a ping that was written after
 *   the acknowledgement.
 */
export class Deliveries {
  private readonly known = new Map<number, Known>();
  /** Packet ids that were acknowledged, the oldest first, and which acknowledgement that was. */
  private readonly unconfirmed: (readonly [packetId: number, known: Known])[] = [];
  private acknowledgements = 0;
  /** How many acknowledgements were written before each ping that has no answer yet. */
  private pings: number[] = [];
  private from: number;
  private seq: number;
  private last: number;
  private numbering: Numbering;
  /** A packet id that is free, as the broker knows. */
  private free: number | undefined;
  private passedOver = 0;
  /** The ids of the connection before counted up; those of this one have to go on from there. */
  private rising = false;
  private tries = 0;
  private newestEntry = -Infinity;
  private marked: number;
  private markDue: boolean;

  constructor(
    private readonly limits: Limits,
    { known, mark }: Written = NOTHING,
  ) {
    for (const [packetId, origin] of known) {
      const one = { origin, acknowledged: 0 };
      this.known.set(packetId, one);
      this.unconfirmed.push([packetId, one]);
      this.newestEntry = Math.max(this.newestEntry, origin.seq);
    }
    this.from = mark.from;
    // What came after the last mark left no trace.
    this.seq = known.length > 0 ? mark.seq + limits.markEvery : mark.seq;
    this.last = mark.last;
    this.numbering = mark.numbering;
    this.marked = mark.seq;
    this.markDue = known.length > 0;
  }

  /** Packet ids that are remembered. */
  get size(): number {
    return this.known.size;
  }

  /** Whether an answer to a ping would say something that is not known yet. */
  get wantsPing(): boolean {
    return (
      this.numbering === 'unknown' &&
      this.free === undefined &&
      this.unconfirmed.length > 0 &&
      this.pings.length === 0
    );
  }

  /** Whether a new connection would show that the broker counts over the end of this one. */
  get wantsReconnect(): boolean {
    const { numbering, passedOver, tries, limits } = this;
    return numbering === 'unknown' && passedOver >= limits.proof && tries < MOST_TRIES;
  }

  /** A message came: each one, whatever its readings have. */
  arrived(packetId: number, redelivered: boolean): void {
    const { ids } = this.limits;
    const step = this.last === 0 ? 1 : (packetId - this.last + ids) % ids;
    const forward = step > 0 && step <= ids / 2;
    const goesOn = this.last > 0 && packetId > this.last && step <= this.limits.proof;
    // What the broker dropped had ids too.
    this.seq += forward ? step : 1;
    if (forward) this.last = packetId;
    if (redelivered) return;
    if (!forward) this.become('reusing');
    else if (this.numbering === 'unknown') {
      if (this.rising && goesOn) this.become('counting');
      this.rising = false;
      if (this.free !== undefined && packetId > this.free) this.passedOver++;
    }
  }

  /** As what a message that comes again was taken; undefined: it may be another. */
  find(packetId: number, content: string): Origin | undefined {
    const known = this.known.get(packetId);
    if (!known || known.origin.content !== content) return undefined;
    if (known.acknowledged === undefined) return known.origin;
    const near = this.seq - known.origin.seq <= this.limits.window + this.limits.markEvery;
    return near && this.numbering === 'counting' ? known.origin : undefined;
  }

  /** What the message that arrived last is taken as, to be written down before it goes on. */
  remember(packetId: number, { id, at, content }: Omit<Origin, 'seq'>): Origin {
    const origin = { id, at, content, seq: this.seq };
    this.known.set(packetId, { origin, acknowledged: undefined });
    this.newestEntry = this.seq;
    return origin;
  }

  /** What has to be written down before the message that arrived last goes on. */
  mark(): Mark | undefined {
    const { marked, newestEntry, seq, from, last, numbering } = this;
    const { markEvery, window } = this.limits;
    const old = seq - marked >= markEvery && newestEntry > marked - window;
    if (!old && !this.markDue) return undefined;
    this.markDue = false;
    this.marked = seq;
    return { from, seq, last, numbering };
  }

  /** Acknowledgements were written to the connection. */
  acknowledged(packetIds: readonly number[]): void {
    for (const packetId of packetIds) {
      this.acknowledgements++;
      const known = this.known.get(packetId);
      if (known?.acknowledged !== undefined || !known) continue;
      known.acknowledged = this.acknowledgements;
      this.unconfirmed.push([packetId, known]);
    }
  }

  /** A ping was written to the connection. */
  pinged(): void {
    this.pings.push(this.acknowledgements);
  }

  /** The broker answered the oldest ping: it has seen what was acknowledged before that. */
  answered(): void {
    const seen = this.pings.shift();
    if (seen === undefined) return;
    let n = 0;
    for (; n < this.unconfirmed.length; n++) {
      const [packetId, known] = this.unconfirmed[n]!;
      if (known.acknowledged! > seen) break;
      this.free = packetId;
      // The packet id may belong to another message by now.
      if (this.known.get(packetId) === known) this.known.delete(packetId);
    }
    this.unconfirmed.splice(0, n);
  }

  /** There is a new connection. @param sessionPresent the broker has the session still */
  connected(sessionPresent: boolean): void {
    this.pings = [];
    this.free = undefined;
    this.rising = sessionPresent && this.passedOver >= this.limits.proof;
    if (this.rising) this.tries++;
    this.passedOver = 0;
    if (sessionPresent) return;
    this.known.clear();
    this.unconfirmed.length = 0;
    this.from = this.seq + 1;
    this.last = 0;
    this.numbering = 'unknown';
    this.markDue = this.newestEntry > -Infinity;
  }

  private become(numbering: Numbering): void {
    if (this.numbering === numbering) return;
    this.numbering = numbering;
    this.markDue = true;
  }
}
