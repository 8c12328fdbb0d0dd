import type { Rule } from './rule.js';

const NEEDED = ['OIDC_ISSUER', 'OIDC_REDIRECT_URL'] as const;

/** A client of no provider, or one that sends nobody back, would be found out by who logs in. */
export const oidcRule: Rule = {
  of: ['AUTH', 'OIDC_ISSUER', 'OIDC_CLIENT_ID', 'OIDC_CLIENT_SECRET', 'OIDC_REDIRECT_URL'],
  problems: (values) => {
    const isSet = (name: string): boolean => values[name] !== '';
    if (!isSet('OIDC_CLIENT_ID'))
      return ['OIDC_CLIENT_SECRET', 'OIDC_REDIRECT_URL']
        .filter(isSet)
        .slice(0, 1)
        .map((name) => `${name} is set and OIDC_CLIENT_ID is not set; allowed: both, or neither`);
    const missing = NEEDED.filter((name) => !isSet(name)).map((name) => `${name} is not set`);
    if (missing.length === 0) return [];
    return [`OIDC_CLIENT_ID is set and ${missing.join(' and ')}; allowed: all, or none of them`];
  },
};
