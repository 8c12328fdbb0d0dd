import {
  accountsOf,
  Audit,
  IdentityProvider,
  OidcLogIn,
  signingKeysOf,
  type Accounts,
} from '@iot/accounts';
import { Mongo } from '@iot/mongo';
import { LOGGER, type Logger } from '@iot/service';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { DashboardConfig } from '../config.js';
import { AccessGuard } from './access.guard.js';
import { AccountsInForce } from './accounts.js';
import { ActLog } from './act-log.js';
import { AccountsLifecycle } from './accounts-lifecycle.js';
import { GATE, OPEN_GATE, type Gate } from './gate.js';
import { TokenGate } from './token-gate.js';
import { ACCOUNTS, OIDC_LOG_IN } from './tokens.js';

/** Who may use which endpoint, and the accounts that say so. */
@Module({})
export class AccessModule {
  /** @throws ConfigError when AUTH_SIGNING_KEY cannot be used */
  static forRoot(config: DashboardConfig): DynamicModule {
    const keys = config.AUTH === 'on' ? signingKeysOf(config.AUTH_SIGNING_KEY) : undefined;
    const provider = config.OIDC_ISSUER === '' ? undefined : new IdentityProvider(config);
    const issuer = config.OIDC_CLIENT_ID === '' ? '' : config.OIDC_ISSUER;
    return {
      module: AccessModule,
      global: true,
      providers: [
        {
          provide: ACCOUNTS,
          useFactory: (mongo: Mongo) => (keys ? accountsOf(mongo, keys, config, issuer) : null),
          inject: [Mongo],
        },
        {
          provide: GATE,
          useFactory: (accounts: Accounts | null): Gate =>
            accounts ? new TokenGate(accounts, provider) : OPEN_GATE,
          inject: [ACCOUNTS],
        },
        {
          provide: OIDC_LOG_IN,
          useFactory: (accounts: Accounts | null) =>
            accounts && provider && issuer !== ''
              ? new OidcLogIn({ ...accounts, provider }, config)
              : null,
          inject: [ACCOUNTS],
        },
        {
          provide: AccountsLifecycle,
          useFactory: (mongo: Mongo, accounts: Accounts | null, log: Logger) =>
            new AccountsLifecycle(mongo, accounts, config.AUTH_ADMIN_PASSWORD, log),
          inject: [Mongo, ACCOUNTS, LOGGER],
        },
        {
          provide: ActLog,
          useFactory: (mongo: Mongo) =>
            new ActLog(new Audit(mongo.audit, config.AUDIT_RETENTION_DAYS)),
          inject: [Mongo],
        },
        AccountsInForce,
        { provide: APP_GUARD, useClass: AccessGuard },
      ],
      exports: [AccountsInForce, ActLog, GATE, ACCOUNTS, OIDC_LOG_IN],
    };
  }
}
