export { accountsOf, administrationOf, type Accounts, type AccountsConfig } from './accounts.js';
export { AccessTokens, type TokenFault } from './access-tokens.js';
export type { Administration, MadeUser } from './administration.js';
export {
  AUDIT_ACTIONS,
  AUDIT_OUTCOMES,
  Audit,
  type Actor,
  type AuditAction,
  type AuditEntry,
  type AuditOutcome,
} from './audit.js';
export { auditedChange, type AuditedChange } from './audited-change.js';
export { ensureFirstAdmin, FIRST_ADMIN } from './first-admin.js';
export type { Granted, LogInRefusal, RefreshRefusal } from './log-in.js';
export { People } from './people.js';
export { PASSWORD_RULE, passwordProblem } from './password-rule.js';
export { IdentityProvider } from './identity-provider.js';
export { withReason } from './core/return-path.js';
export { FLOW_MS } from './oidc-flow.js';
export { OidcLogIn, type OidcFinished, type OidcRefusal } from './oidc-log-in.js';
export { oidcEnv } from './oidc-variables.js';
export { AccountRefusal, ProviderUnavailable, TooBusy } from './refusals.js';
export type { IssuedToken } from './service-tokens.js';
export { signingKeysOf, type PublicJwk, type SigningKeys } from './signing-keys.js';
export { isUserName, USER_NAME_RULE } from './user-name.js';
export { accountsEnv, auditEnv } from './variables.js';
