import { setTimeout as delay } from 'node:timers/promises';
import { SEVERITIES } from '@iot/logs';
import type { LogDocument, Mongo } from '@iot/mongo';
import type { Logger } from '@iot/service';
import type { BeforeApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { formOf } from '../lists/row.js';
import { frame } from '../live/core/frames.js';
import { Fresh } from './core/fresh.js';
import { matches } from './core/matches.js';
import { LogRow } from './log.row.js';
import type { TailQuery } from './logs.query.js';

const TICK_MS = 500;
/** A sign of life comes at least so often. */
const BEAT_MS = 5000;
/** Lines of one look; where there are more, some are passed by. */
const MOST = 2000;

const { fromDocument } = formOf<LogDocument, LogRow>(LogRow);

/** One who follows the lines. */
export interface Follower {
  readonly query: TailQuery;
  /** Takes a frame at once; whoever cannot keep up sees to its own end. */
  send(frame: string): void;
}

/** Looks for new lines while anybody follows them, once for all who do. */
export class Tail implements OnModuleDestroy, BeforeApplicationShutdown {
  private readonly followers = new Map<Follower, () => void>();
  private readonly ended = new AbortController();
  private looking: Promise<void> | undefined;

  constructor(
    private readonly mongo: Pick<Mongo, 'logs'>,
    private readonly timeoutMS: number,
    private readonly log: Logger,
  ) {}

  /** @param end is called when the service ends @returns to be called when the follower is gone */
  join(follower: Follower, end: () => void): () => void {
    this.followers.set(follower, end);
    follower.send(beat(null, false));
    if (this.ended.signal.aborted) end();
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return () => this.followers.delete(follower);
  }

  onModuleDestroy(): void {
    this.ended.abort();
    for (const end of this.followers.values()) end();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.looking;
  }

  private async look(): Promise<void> {
    let fresh = new Fresh(Date.now() - TICK_MS);
    let trouble = false;
    let beatAt = Date.now() + BEAT_MS;
    while (this.followers.size > 0 && !this.ended.signal.aborted) {
      let passed = false;
      try {
        const lines = await this.read(fresh.since);
        passed = lines.length > MOST;
        this.tell(fresh.of(lines));
        if (passed) fresh = new Fresh(Date.now());
        if (trouble) beatAt = 0;
        trouble = false;
      } catch (error) {
        if (!trouble)
          this.log.warn({ error: (error as Error).message }, 'no new lines can be read');
        if (!trouble) beatAt = 0;
        trouble = true;
      }
      if (passed || Date.now() >= beatAt) {
        this.broadcast(beat(trouble ? 'The database does not answer.' : null, passed));
        beatAt = Date.now() + BEAT_MS;
      }
      await delay(TICK_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
    }
  }

  private read(since: number): Promise<LogDocument[]> {
    return this.mongo.logs
      .find({ stored_at: { $gte: new Date(since) } }, { timeoutMS: this.timeoutMS })
      .sort({ stored_at: 1 })
      .limit(MOST + 1)
      .toArray() as Promise<LogDocument[]>;
  }

  /** A line is written out once, for however many. */
  private tell(lines: readonly LogDocument[]): void {
    for (const line of lines) {
      let text: string | undefined;
      for (const { query, send } of this.followers.keys()) {
        const least = SEVERITIES[query.level ?? 'trace'];
        if (matches(query, least, line)) send((text ??= frame('line', fromDocument(line))));
      }
    }
  }

  private broadcast(text: string): void {
    for (const { send } of this.followers.keys()) send(text);
  }
}

const beat = (trouble: string | null, passed: boolean): string =>
  frame('beat', { at: new Date().toISOString(), trouble, passed });
