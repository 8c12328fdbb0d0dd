import { setTimeout as delay } from 'node:timers/promises';
import { ensureFirstAdmin, FIRST_ADMIN, type Accounts } from '@iot/accounts';
import { ensureAccountIndexes, type Mongo } from '@iot/mongo';
import type { Logger } from '@iot/service';
import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';

const RETRY_MS = 2000;
const LOG_EVERY = 15;

/** Makes the first admin and the indexes of the accounts as soon as the database is there. */
export class AccountsLifecycle implements OnModuleInit, OnApplicationShutdown {
  private readonly ended = new AbortController();

  constructor(
    private readonly mongo: Mongo,
    private readonly accounts: Accounts | null,
    private readonly adminPassword: string,
    private readonly log: Logger,
  ) {}

  onModuleInit(): void {
    if (this.accounts) void this.prepare(this.accounts);
  }

  onApplicationShutdown(): void {
    this.ended.abort();
  }

  private async prepare(accounts: Accounts): Promise<void> {
    const { signal } = this.ended;
    for (let attempt = 0; !signal.aborted; attempt++)
      try {
        await this.mongo.connect();
        if (this.adminPassword === '') await this.warnWithoutUsers(accounts);
        else if (await ensureFirstAdmin(accounts, this.adminPassword, new Date()))
          this.log.info({ user: FIRST_ADMIN }, 'the first admin was made');
        return await ensureAccountIndexes(this.mongo);
      } catch (error) {
        if (signal.aborted) return;
        if (attempt % LOG_EVERY === 0)
          this.log.warn({ error: (error as Error).message }, 'cannot prepare the accounts yet');
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
  }

  private async warnWithoutUsers({ users }: Accounts): Promise<void> {
    if (await users.areThere()) return;
    this.log.warn(
      'nobody can log in: set AUTH_ADMIN_PASSWORD, or make a user with telemetryctl users create',
    );
  }
}
