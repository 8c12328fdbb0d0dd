/* Long because queue, sends and deadlines share one state, which no other file may touch. */

import type { ByteBudget } from '@iot/resilience';
import { jitteredBackoff } from '@iot/resilience';

/** A record to be produced. `timestamp` is epoch milliseconds in decimal. */
export interface OutgoingRecord {
  readonly key: string;
  readonly value: string | Buffer;
  readonly timestamp: string;
  readonly headers?: Record<string, string>;
}

export interface GroupCommitOptions {
  /** Produces all records, or throws; it may be called again with the same ones. */
  readonly send: (records: OutgoingRecord[]) => Promise<unknown>;
  /**
   * Sends in flight at most. A key belongs to one lane, and a lane has one send in flight: that
   * keeps the records of a key in order.
   */
  readonly lanes: number;
  /** Most records, and most bytes of keys and values, of one send. */
  readonly maxRecords: number;
  readonly maxBytes: number;
  /** How long a request may wait for its acknowledgement, milliseconds. */
  readonly deadlineMs: number;
  readonly budget: ByteBudget;
  readonly listener?: GroupCommitListener;
}

/** What a producer tells its metrics. */
export interface GroupCommitListener {
  sent?(records: number, seconds: number): void;
  /** A send failed. Its records are sent again until their deadline. */
  failed?(error: Error): void;
  deadlineMissed?(): void;
}

/** Why records were not acknowledged; the caller may send them again. */
export class NotProduced extends Error {
  override readonly name = 'NotProduced';
  constructor(readonly reason: 'buffer_full' | 'deadline' | 'closed') {
    super(reason);
  }
}

interface Request {
  readonly deadline: number;
  readonly settle: { resolve: () => void; reject: (error: NotProduced) => void };
  sharesLeft: number;
  expired: boolean;
}

/** The records of one request in one lane. `done` are acknowledged. */
interface Share {
  readonly request: Request;
  readonly records: readonly OutgoingRecord[];
  done: number;
}

/** What a record holds in memory beyond the characters of its key and value. */
const RECORD_OVERHEAD_BYTES = 200;
const SWEEP_MS = 50;
const RETRY = { firstMs: 50, maxMs: 500 };

export const recordBytes = (record: OutgoingRecord): number =>
  record.key.length + record.value.length + RECORD_OVERHEAD_BYTES;

/**
 * Lets requests that arrive together share a send: while one is in flight, later arrivals collect
 * for the next. What a send could not deliver is sent again until its deadline, before anything
 * newer of its lane. After a failure sends start small and double, so that a broker which refuses
 * large ones, or one record, does not hold up the others.
 */
export class GroupCommitProducer {
  private readonly lanes: Lane[];
  private readonly waiting = new Fifo<Request>();
  private sweeper: NodeJS.Timeout | undefined;
  private closing = false;
  private idle: (() => void) | undefined;

  constructor(private readonly options: GroupCommitOptions) {
    this.lanes = Array.from(
      { length: options.lanes },
      () => new Lane(options, () => this.settledOne()),
    );
  }

  get sendsInFlight(): number {
    return this.lanes.reduce((sum, lane) => sum + (lane.sending ? 1 : 0), 0);
  }

  /**
   * Resolves when every record is acknowledged.
   * @throws NotProduced when the buffer is full, or at the deadline; the records may be in Kafka
   *   nevertheless
   */
  send(records: readonly OutgoingRecord[], now = performance.now()): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (this.closing) return Promise.reject(new NotProduced('closed'));
    let bytes = 0;
    for (const record of records) bytes += recordBytes(record);
    if (!this.options.budget.take(bytes)) return Promise.reject(new NotProduced('buffer_full'));
    return new Promise((resolve, reject) => {
      const request: Request = {
        deadline: now + this.options.deadlineMs,
        settle: { resolve, reject },
        sharesLeft: 0,
        expired: false,
      };
      this.waiting.push(request);
      this.sweeper ??= setTimeout(this.sweep, SWEEP_MS);
      for (const [lane, share] of this.split(records)) {
        request.sharesLeft++;
        lane.add({ request, records: share, done: 0 });
      }
    });
  }

  /** Waits for what was accepted: until acknowledged, or its deadline. Takes nothing more. */
  async close(): Promise<void> {
    this.closing = true;
    if (this.lanes.some((lane) => lane.busy))
      await new Promise<void>((resolve) => (this.idle = resolve));
    clearTimeout(this.sweeper);
  }

  private split(records: readonly OutgoingRecord[]): Iterable<[Lane, readonly OutgoingRecord[]]> {
    const { lanes } = this;
    if (lanes.length === 1) return [[lanes[0]!, records]];
    if (records.length === 1) return [[lanes[laneOf(records[0]!.key, lanes.length)]!, records]];
    const shares = new Map<Lane, OutgoingRecord[]>();
    for (const record of records) {
      const lane = lanes[laneOf(record.key, lanes.length)]!;
      const share = shares.get(lane);
      if (share) share.push(record);
      else shares.set(lane, [record]);
    }
    return shares;
  }

  private readonly sweep = (): void => {
    this.sweeper = undefined;
    const now = performance.now();
    let expired = false;
    for (
      let request = this.waiting.first;
      request && (request.sharesLeft === 0 || request.deadline <= now);
      request = this.waiting.first
    ) {
      this.waiting.shift();
      if (request.sharesLeft === 0) continue;
      expired = request.expired = true;
      this.options.listener?.deadlineMissed?.();
      request.settle.reject(new NotProduced('deadline'));
    }
    if (expired) for (const lane of this.lanes) lane.dropExpired();
    if (this.waiting.first) this.sweeper = setTimeout(this.sweep, SWEEP_MS);
    this.settledOne();
  };

  private settledOne(): void {
    if (this.idle && !this.lanes.some((lane) => lane.busy)) this.idle();
  }
}

class Lane {
  sending = false;
  private readonly queue = new Fifo<Share>();
  private retryTimer: NodeJS.Timeout | undefined;
  private failures = 0;
  private maxRecords: number;
  private scheduled = false;

  constructor(
    private readonly options: GroupCommitOptions,
    private readonly onSettled: () => void,
  ) {
    this.maxRecords = options.maxRecords;
  }

  get busy(): boolean {
    return this.sending || this.queue.first !== undefined;
  }

  add(share: Share): void {
    this.queue.push(share);
    this.schedule();
  }

  /** Forgets what nobody waits for; what is in flight is forgotten when its send ends. */
  dropExpired(): void {
    if (this.sending) return;
    for (let share = this.queue.first; share?.request.expired; share = this.queue.first)
      this.remove(share);
    if (!this.queue.first && this.retryTimer) {
      clearTimeout(this.retryTimer);
      this.retryTimer = undefined;
    }
  }

  /** Sends after everything that this turn of the event loop brings has been added. */
  private schedule(): void {
    if (this.sending || this.scheduled || this.retryTimer) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.pump();
    });
  }

  private async pump(): Promise<void> {
    if (this.sending || this.retryTimer) return;
    this.dropExpired();
    const { batch, taken } = this.take();
    if (batch.length === 0) return this.onSettled();
    this.sending = true;
    const began = performance.now();
    try {
      await this.options.send(batch);
      this.sending = false;
      this.failures = 0;
      this.maxRecords = Math.min(this.options.maxRecords, this.maxRecords * 2);
      this.options.listener?.sent?.(batch.length, (performance.now() - began) / 1000);
      for (const [share, count] of taken) this.acknowledged(share, count);
    } catch (error) {
      this.sending = false;
      this.options.listener?.failed?.(error as Error);
      this.maxRecords = Math.max(1, Math.floor(Math.min(this.maxRecords, batch.length) / 2));
      this.dropExpired();
      if (this.queue.first)
        this.retryTimer = setTimeout(
          () => {
            this.retryTimer = undefined;
            void this.pump();
          },
          jitteredBackoff(this.failures++, RETRY, Math.random()),
        );
    }
    if (this.queue.first) this.schedule();
    else this.onSettled();
  }

  private take(): { batch: OutgoingRecord[]; taken: [Share, number][] } {
    const batch: OutgoingRecord[] = [];
    const taken: [Share, number][] = [];
    let bytes = 0;
    for (const share of this.queue) {
      const { records, done } = share;
      let next = done;
      for (; next < records.length && batch.length < this.maxRecords; next++) {
        const record = records[next]!;
        bytes += record.key.length + record.value.length;
        if (bytes > this.options.maxBytes && batch.length > 0) break;
        batch.push(record);
      }
      if (next > done) taken.push([share, next - done]);
      if (next < records.length) break;
    }
    return { batch, taken };
  }

  private acknowledged(share: Share, count: number): void {
    share.done += count;
    if (share.done < share.records.length) return;
    this.remove(share);
    if (--share.request.sharesLeft === 0 && !share.request.expired) share.request.settle.resolve();
  }

  /** Shares are done in the order in which they came, so it is always the first. */
  private remove(share: Share): void {
    this.queue.shift();
    let bytes = 0;
    for (const record of share.records) bytes += recordBytes(record);
    this.options.budget.give(bytes);
  }
}

/** A queue whose shift does not move the rest. */
class Fifo<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get first(): T | undefined {
    return this.items[this.head];
  }

  push(item: T): void {
    this.items.push(item);
  }

  shift(): void {
    this.items[this.head++] = undefined;
    if (this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    } else if (this.head > 1024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
  }

  *[Symbol.iterator](): Iterator<T> {
    for (let i = this.head; i < this.items.length; i++) yield this.items[i]!;
  }
}

/** FNV-1a over a key's characters, to a lane. */
function laneOf(key: string, lanes: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % lanes;
}
