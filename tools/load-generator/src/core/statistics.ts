import { build, type Histogram } from 'hdr-histogram-js';
import type { LoadEvent } from './event.js';

const LONGEST_MICROS = 3_600_000_000;
/** Different reasons that are kept apart; further ones are counted together. */
const REASONS = 20;

const histogram = (): Histogram =>
  build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST_MICROS,
    numberOfSignificantValueDigits: 3,
  });

/** Numbers of events by what became of them; each event that was due counts once. */
export interface Counts {
  /** Good readings, the first copies of them. */
  accepted: number;
  /** Second copies of events (`--duplicates`). */
  acceptedDuplicates: number;
  /** Broken readings that were refused, as they must be. */
  refusedAsExpected: number;
  /** Good readings that were refused. */
  refused: number;
  /** Broken readings that were accepted. */
  acceptedButBad: number;
  /** No acceptance in the end: no answer, 429, 5xx. Some of them may have been stored. */
  failed: number;
  /** Due, but never sent: the target did not keep up until the end. */
  notSent: number;
}

/** What happened in a run. */
export class Statistics {
  readonly events: Counts = {
    accepted: 0,
    acceptedDuplicates: 0,
    refusedAsExpected: 0,
    refused: 0,
    acceptedButBad: 0,
    failed: 0,
    notSent: 0,
  };
  requests = 0;
  retries = 0;
  /** Attempts by HTTP status, or 'no answer'. */
  readonly statuses = new Map<string, number>();
  /** Why events were not accepted: a sentence and the number of events. */
  readonly reasons = new Map<string, number>();
  /**
   * Micros from when a request was due (in a replay at full speed: sent) to its last answer, for
   * answered requests.
   */
  readonly latency = histogram();
  /** The same since the last call of {@link lap}. */
  private interval = histogram();

  attempt(status: number | undefined): void {
    const key = status === undefined ? 'no answer' : String(status);
    this.statuses.set(key, (this.statuses.get(key) ?? 0) + 1);
  }

  answered(ms: number): void {
    const micros = Math.min(LONGEST_MICROS, Math.max(1, Math.round(ms * 1000)));
    this.latency.recordValue(micros);
    this.interval.recordValue(micros);
  }

  /** Counts an event that was answered. */
  settle(event: LoadEvent, refused: boolean, why: string): void {
    const { events } = this;
    if (event.bad !== undefined) {
      if (refused) events.refusedAsExpected++;
      else {
        events.acceptedButBad++;
        this.because(`accepted, but wrong: ${event.bad}`, 1);
      }
    } else if (refused) {
      events.refused++;
      this.because(`refused: ${why}`, 1);
    } else if (event.duplicate) events.acceptedDuplicates++;
    else events.accepted++;
  }

  fail(count: number, why: string): void {
    this.events.failed += count;
    this.because(why, count);
  }

  skip(count: number): void {
    this.events.notSent += count;
  }

  /** Events that were not dealt with as they should be. */
  get errors(): number {
    const { refused, acceptedButBad, failed, notSent } = this.events;
    return refused + acceptedButBad + failed + notSent;
  }

  get total(): number {
    const { accepted, acceptedDuplicates, refusedAsExpected } = this.events;
    return accepted + acceptedDuplicates + refusedAsExpected + this.errors;
  }

  get errorRate(): number {
    return this.total === 0 ? 0 : this.errors / this.total;
  }

  /** Latency at a percentile in ms. */
  percentile(p: number): number {
    return this.latency.getValueAtPercentile(p) / 1000;
  }

  /** The p99 in ms of what was answered since the last call; undefined when nothing was. */
  lap(): number | undefined {
    const { interval } = this;
    const p99 = interval.totalCount === 0 ? undefined : interval.getValueAtPercentile(99) / 1000;
    interval.reset();
    return p99;
  }

  private because(why: string, count: number): void {
    const key = this.reasons.has(why) || this.reasons.size < REASONS ? why : 'other reasons';
    this.reasons.set(key, (this.reasons.get(key) ?? 0) + count);
  }
}
