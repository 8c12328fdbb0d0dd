import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { HealthCheck } from '@iot/health';
import { isNotPermitted, rawRetention, setRawRetention, type Mongo } from '@iot/mongo';
import {
  FactsLease,
  FactsStore,
  findFacts,
  firstFacts,
  NotInForce,
  RENEW_MS,
  type RollupConfiguration,
  type Standing,
  type StoredFacts,
} from '@iot/rollup';
import type { Logger } from '@iot/service';
import { nextStep, type Step } from '../core/in-force.js';
import { newestReading } from '../output/newest-reading.js';

/** After a step that asks for another one. */
const SOON_MS = 50;
const USED_EACH_MS = 10_000;

/**
 * Sees to it that this worker writes rows only while its WINDOWS, ROLLUP_RETENTION and
 * RAW_RETENTION_DAYS are those in force for its database, and that the facts of the database follow
 * them. It looks every few seconds, beside the work.
 */
export class ConfigurationInForce implements HealthCheck, OnModuleInit, OnApplicationShutdown {
  readonly name = 'configuration';
  private readonly store: FactsStore;
  private readonly ended = new AbortController();
  private readonly changed: ((reason: string) => void)[] = [];
  private lease: FactsLease | undefined;
  private own: number | undefined;
  private reason = 'the facts of the database are not read yet';
  private warned = '';
  /** A change of the index that is under way. */
  private changing: Promise<void> | undefined;
  private same = { as: '', since: 0 };
  private used = { at: 0, since: 0 };

  constructor(
    private readonly mongo: Mongo,
    private readonly config: RollupConfiguration,
    private readonly log: Logger,
  ) {
    this.store = new FactsStore(mongo.facts);
  }

  /**
   * Called when work goes on under other facts than before: what is held of rows may be of a
   * configuration in between.
   */
  onChange(listener: (reason: string) => void): void {
    this.changed.push(listener);
  }

  /** @throws NotInForce with the reason */
  standing(): Standing {
    if (!this.lease) throw new NotInForce(this.reason);
    return this.lease.standing();
  }

  /** Readiness. */
  check(): void {
    this.standing();
  }

  onModuleInit(): void {
    void this.watch();
  }

  onApplicationShutdown(): void {
    this.ended.abort();
  }

  private async watch(): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted) {
      let again = RENEW_MS;
      try {
        if (await this.look()) again = SOON_MS;
      } catch (error) {
        if (!this.lease) this.reason = (error as Error).message;
      }
      await delay(again, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Takes one step. Returns whether another one is to be taken soon. */
  private async look(): Promise<boolean> {
    const asked = performance.now();
    const [stored, seconds] = await Promise.all([this.store.read(), rawRetention(this.mongo)]);
    this.note(stored, asked);
    const seen = {
      stored,
      indexMs: seconds === undefined ? Infinity : seconds * 1000,
      own: this.own,
      sameForMs: asked - this.same.since,
      idleForMs: asked - this.used.since,
      now: Date.now(),
    };
    return this.take(
      await nextStep(
        this.config,
        seen,
        async () => (await newestReading(this.mongo.raw))?.getTime() ?? -Infinity,
      ),
      stored,
      asked,
    );
  }

  private async take(step: Step, stored: StoredFacts | undefined, asked: number): Promise<boolean> {
    const now = Date.now();
    switch (step.act) {
      case 'create': {
        const facts = firstFacts(this.config, await findFacts(this.mongo, this.config, now));
        const settled = Object.values(facts.sizes).every(
          ({ completeSince }) => completeSince !== Infinity,
        );
        await this.store.write(facts, settled, 0, now);
        return true;
      }
      case 'index':
        return this.setIndex(step, stored!, asked);
      case 'write':
        if (
          (await this.store.write(step.facts, step.inForce, stored!.version, now)) &&
          step.registers
        ) {
          this.own = step.facts.epoch;
          this.log.info(
            { epoch: this.own },
            'this configuration is registered; it is in force when workers with another one have noticed',
          );
        }
        return true;
      case 'wait':
        this.stop(step.reason);
        return false;
      case 'work':
        await this.work(step.stored, asked);
        return false;
    }
  }

  private async setIndex(
    step: Step & { readonly act: 'index' },
    stored: StoredFacts,
    asked: number,
  ): Promise<boolean> {
    const { needed, reason, retentionMs } = step;
    if (!needed) {
      // Beside the work: to build an index that is missing may take long.
      this.changing ??= setRawRetention(this.mongo, retentionMs / 1000)
        .catch((error: Error) => this.warn(isNotPermitted(error) ? reason : error.message))
        .finally(() => (this.changing = undefined));
      await this.work(stored, asked);
      return false;
    }
    try {
      await setRawRetention(this.mongo, retentionMs / 1000);
      return true;
    } catch (error) {
      if (!isNotPermitted(error)) throw error;
      this.stop(reason);
      return false;
    }
  }

  private async work(stored: StoredFacts, asked: number): Promise<void> {
    const { epoch } = stored.facts;
    if (!this.lease || this.lease.epoch !== epoch) {
      const before = this.own !== undefined;
      this.own = epoch;
      this.warned = '';
      this.lease = new FactsLease(stored.facts);
      this.lease.take(stored, asked);
      if (before)
        for (const listener of this.changed) listener('the configuration in force has changed');
    } else this.lease.take(stored, asked);
    const now = Date.now();
    if (now - stored.usedAt.getTime() > USED_EACH_MS) await this.store.used(epoch, now);
  }

  private stop(reason: string): void {
    this.lease = undefined;
    this.reason = reason;
    this.warn(reason);
  }

  /** Once for each reason. */
  private warn(reason: string): void {
    if (reason !== this.warned) this.log.warn({ reason }, 'the configuration');
    this.warned = reason;
  }

  private note(stored: StoredFacts | undefined, asked: number): void {
    const as = `${stored?.facts.epoch} ${stored?.inForce}`;
    if (as !== this.same.as) this.same = { as, since: asked };
    const at = stored?.usedAt.getTime() ?? 0;
    if (at !== this.used.at) this.used = { at, since: asked };
  }
}
