/** Injection token of the Accounts; null where AUTH is off. */
export const ACCOUNTS = Symbol('Accounts');

/** Injection token of the OidcLogIn; null where browsers do not log in by an identity provider. */
export const OIDC_LOG_IN = Symbol('OidcLogIn');
