/** Injection token of the Accounts; null where AUTH is off. */
export const ACCOUNTS = Symbol('Accounts');
