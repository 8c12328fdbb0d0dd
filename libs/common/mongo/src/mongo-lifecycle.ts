import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Health } from '@iot/health';
import type { Mongo } from './client.js';
import { ensureIndexes } from './indexes.js';
import { otherVersion, WRITTEN_FOR } from './surgery/install.js';

const RETRY_MS = 2000;

/**
 * A service's use of MongoDB: readiness follows the database, missing indexes are created as soon
 * as it is there, and it is closed last.
 */
export class MongoLifecycle implements OnModuleInit, OnApplicationShutdown {
  private readonly ended = new AbortController();

  constructor(
    private readonly mongo: Mongo,
    /**
     * What creates the indexes that are missing; a number is for {@link ensureIndexes}. Undefined:
     * this service only reads, and leaves the indexes alone.
     */
    private readonly indexes: number | ((mongo: Mongo) => Promise<void>) | undefined,
    health: Health,
    private readonly log: Logger,
  ) {
    health.add({ name: 'mongodb', check: () => mongo.ping() });
  }

  onModuleInit(): void {
    const found = otherVersion();
    if (found !== undefined)
      this.log.warn(
        { driver: 'mongodb', found, expected: WRITTEN_FOR },
        'the driver has another version than its faster code is for: it runs on its own code',
      );
    void this.mongo.connect();
    const { indexes } = this;
    if (typeof indexes === 'number')
      void this.createIndexes(() => ensureIndexes(this.mongo, indexes));
    else if (indexes) void this.createIndexes(() => indexes(this.mongo));
  }

  async onApplicationShutdown(): Promise<void> {
    this.ended.abort();
    await this.mongo.close();
  }

  private async createIndexes(create: () => Promise<void>): Promise<void> {
    for (let attempt = 0; !this.ended.signal.aborted; attempt++)
      try {
        return await create();
      } catch (error) {
        if (this.ended.signal.aborted) return;
        if (attempt % 15 === 0)
          this.log.warn(
            { error: (error as Error).message },
            'cannot create the indexes yet; trying again',
          );
        await delay(RETRY_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
      }
  }
}
