import { integer, text } from '@iot/config';
import { PASSWORD_RULE, passwordProblem } from './password-rule.js';

/** The variables of who writes to the audit. */
export const auditEnv = {
  AUDIT_RETENTION_DAYS: integer({
    default: 365,
    min: 1,
    max: 36_500,
    desc: 'days that a record of the audit is kept, from when it is written',
  }),
};

/** The variables of who lets people in. */
export const accountsEnv = {
  AUTH_SIGNING_KEY: text({
    default: '',
    desc: 'PEM private key (P-256 or Ed25519) that signs access tokens; with several the first signs, and what the others signed is valid too. AUTH=on needs it, also with an identity provider',
  }),
  AUTH_SIGNING_KEY_FILE: text({ default: '', desc: 'file with AUTH_SIGNING_KEY' }),
  AUTH_ADMIN_PASSWORD: text({
    default: '',
    pattern: (password) => password === '' || passwordProblem(password, 'admin') === undefined,
    allowed: PASSWORD_RULE,
    desc: 'password of the user admin, who is made where there is no user yet; empty: none is made',
  }),
  AUTH_ADMIN_PASSWORD_FILE: text({ default: '', desc: 'file with AUTH_ADMIN_PASSWORD' }),
  AUTH_ACCESS_MINUTES: integer({
    default: 10,
    min: 1,
    max: 1440,
    desc: 'minutes that an access token is valid',
  }),
  AUTH_SESSION_DAYS: integer({
    default: 30,
    min: 1,
    max: 3650,
    desc: 'days after which somebody who logged in has to log in again',
  }),
  ...auditEnv,
};
