import { setTimeout as sleep } from 'node:timers/promises';
import type { AuthorizationOf } from './authorization.js';
import { Batcher, type Request } from './core/batcher.js';
import { encode, type Format } from './core/encode.js';
import type { EventSource, LoadEvent } from './core/event.js';
import { chance } from './core/hash.js';
import { judge, type Answer, type NoAnswer } from './core/judge.js';
import { retryDelay } from './core/retry.js';
import type { Statistics } from './core/statistics.js';

export interface RunnerOptions {
  readonly lanes: number;
  /** Requests that a lane may have under way at once: 1 keeps each device's readings in order. */
  readonly perLane: number;
  readonly batch: number;
  readonly format: Format;
  readonly retries: number;
  readonly seed: number;
  /** Latency counts from the time a request was due; otherwise from when it was sent. */
  readonly openLoop: boolean;
  /** When the last event is due, ms after the start; 0 where all are due at once. */
  readonly endMs: number;
  /** Ms that what is still unanswered gets after that, in an open loop. */
  readonly drainMs: number;
  /** An answer says that a request has arrived, and not what is wrong with its events. */
  readonly blind: boolean;
  /** Says who sends; undefined: nobody asks. */
  readonly authorization?: AuthorizationOf | undefined;
}

/** Whose readings a request has, beside its body. */
export interface Sender {
  readonly lane: number;
  /** The device of its first reading. */
  readonly device: string;
  /** The header of that name; undefined: none. */
  readonly authorization: string | undefined;
}

/** Where requests go. */
export interface Target {
  post(body: string, sender: Sender): Promise<Answer | NoAnswer>;
  close(): Promise<void>;
}

/**
 * Events that wait in lanes, at most: what is due beyond them stays in the source, and loses
 * nothing of its due time.
 */
const WAITING = 100_000;
/** Events handed to lanes in one turn of the event loop. */
const TURN = 2_000;
/** Ms that requests under way get when the run is cut short. */
const LAST_ANSWERS = 2_000;

/** Requests of one lane, first in first out. */
class Lane {
  private waiting: Request[] = [];
  private head = 0;
  active = 0;

  push(request: Request): void {
    this.waiting.push(request);
  }

  shift(): Request | undefined {
    const request = this.waiting[this.head];
    if (request !== undefined) this.head++;
    if (this.head > 1024 && this.head * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
    return request;
  }
}

/** Sends the events of a source when they are due, and counts what becomes of them. */
export class Runner {
  private readonly lanes: Lane[];
  private readonly batcher: Batcher;
  private readonly stop = new AbortController();
  private readonly batched: boolean;
  private readonly limit: number;
  private started = 0;
  private sent = 0;
  private head: LoadEvent | undefined;
  private wake: () => void = () => {};
  /** The run was ended early. */
  interrupted = false;
  /** Events in lanes or under way. */
  waiting = 0;

  constructor(
    private readonly source: EventSource,
    private readonly target: Target,
    private readonly statistics: Statistics,
    private readonly options: RunnerOptions,
    /** Told of each event that was accepted, once per copy. */
    private readonly accepted: ((event: LoadEvent) => void) | undefined,
  ) {
    const { lanes, perLane, batch, openLoop } = options;
    this.lanes = Array.from({ length: lanes }, () => new Lane());
    this.batcher = new Batcher(lanes, batch);
    this.batched = batch > 1;
    this.limit = openLoop ? WAITING : 4 * lanes * perLane * batch;
  }

  /** Ms since the start. */
  get elapsed(): number {
    return performance.now() - this.started;
  }

  /** Ends the run early; {@link run} then resolves within seconds. */
  interrupt(): void {
    this.interrupted = true;
    this.stop.abort();
    this.wake();
  }

  /** Resolves when everything was answered or given up. */
  async run(): Promise<void> {
    const { openLoop, endMs, drainMs } = this.options;
    const deadline = openLoop ? endMs + drainMs : Infinity;
    this.started = performance.now();
    this.head = this.source.next();
    while (!this.interrupted && this.head !== undefined && this.elapsed < deadline) {
      this.pull();
      await this.pause();
    }
    if (!this.interrupted) for (const request of this.batcher.flush()) this.enqueue(request);
    await this.settled(deadline);
    await this.giveUp();
    await this.target.close();
  }

  private pull(): void {
    const now = this.elapsed;
    for (let turn = 0; turn < TURN && this.waiting < this.limit; turn++) {
      const event = this.head;
      if (event === undefined || event.due > now) return;
      this.head = this.source.next();
      const request = this.batcher.add(event);
      if (request) this.enqueue(request);
    }
  }

  /** Until the next event is due, or a lane has room again. */
  private async pause(): Promise<void> {
    const full = this.waiting >= this.limit;
    const wait = full ? Infinity : (this.head?.due ?? 0) - this.elapsed;
    if (wait <= 0) return new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(wait, 1_000));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.interrupted) this.wake();
    });
    this.wake = () => {};
  }

  private enqueue(request: Request): void {
    this.waiting += request.events.length;
    const lane = this.lanes[request.lane]!;
    lane.push(request);
    this.pump(lane);
  }

  private pump(lane: Lane): void {
    while (lane.active < this.options.perLane && !this.stop.signal.aborted) {
      const request = lane.shift();
      if (!request) return;
      lane.active++;
      void this.send(request).finally(() => {
        lane.active--;
        const full = this.waiting >= this.limit;
        this.waiting -= request.events.length;
        this.pump(lane);
        if (full || this.waiting === 0) this.wake();
      });
    }
  }

  private async send(request: Request): Promise<void> {
    const { events } = request;
    const { statistics, options } = this;
    const body = encode(events, this.batched, options.format);
    const due = options.openLoop ? request.due : this.elapsed;
    const device = events[0]!.reading.device_id;
    const sender = { lane: request.lane, device, authorization: options.authorization?.(device) };
    const number = this.sent++;
    statistics.requests++;
    for (let attempt = 0; ; attempt++) {
      const answer = await this.target.post(body, sender);
      statistics.attempt(answer.status);
      const judged = judge(answer, events, this.batched, options.blind);
      if (judged.failed === undefined) {
        statistics.answered(this.elapsed - due);
        this.settle(events, judged.refused, judged.why);
        return;
      }
      if (!judged.retryable || attempt >= options.retries || this.stop.signal.aborted) {
        statistics.fail(events.length, judged.failed);
        return;
      }
      statistics.retries++;
      const delay = retryDelay(
        attempt,
        judged.retryAfter,
        Date.now(),
        chance(options.seed, number, attempt, 71),
      );
      await sleep(delay, undefined, { signal: this.stop.signal }).catch(() => {});
    }
  }

  private settle(events: readonly LoadEvent[], refused: ReadonlySet<number>, why: string): void {
    for (let index = 0; index < events.length; index++) {
      const event = events[index]!;
      const wasRefused = refused.size > 0 && refused.has(index);
      this.statistics.settle(event, wasRefused, why);
      if (!wasRefused) this.accepted?.(event);
    }
  }

  /** Waits until nothing is waiting, the time has come, or the run is interrupted. */
  private async settled(until: number): Promise<void> {
    while (this.waiting > 0 && !this.interrupted && this.elapsed < until) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  /** Counts what was due and never sent, and gives what is under way a last moment. */
  private async giveUp(): Promise<void> {
    this.stop.abort();
    let unsent = 0;
    for (const lane of this.lanes)
      for (let request = lane.shift(); request; request = lane.shift()) {
        unsent += request.events.length;
        this.waiting -= request.events.length;
      }
    for (const { events } of this.batcher.flush()) unsent += events.length;
    if (!this.interrupted) for (; this.head !== undefined; this.head = this.source.next()) unsent++;
    this.statistics.skip(unsent);
    for (const end = this.elapsed + LAST_ANSWERS; this.waiting > 0 && this.elapsed < end;)
      await sleep(20);
    if (this.waiting === 0) return;
    await this.target.close();
    for (const end = this.elapsed + LAST_ANSWERS; this.waiting > 0 && this.elapsed < end;)
      await sleep(20);
  }
}
