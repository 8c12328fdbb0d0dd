import { Inject, Injectable } from '@nestjs/common';
import type { Accounts } from '@iot/accounts';
import { ProblemError } from '@iot/service';
import { ACCOUNTS } from './tokens.js';

/** The accounts for who changes them. */
@Injectable()
export class AccountsInForce {
  constructor(@Inject(ACCOUNTS) private readonly accounts: Accounts | null) {}

  get isOn(): boolean {
    return this.accounts !== null;
  }

  /**
   * While AUTH is off anyone is admin, and must not leave behind what is valid when it is on again.
   * @throws ProblemError 409 where AUTH is off
   */
  get(): Accounts {
    if (this.accounts) return this.accounts;
    throw new ProblemError(
      409,
      'AUTH is off here: anyone may do everything, so nobody logs in and no right is handed out.',
    );
  }
}
