import { integer, list, text } from '@iot/config';
import { isRole } from '@iot/access';

/** Whether nobody on the way can change what comes from an address: http is for this machine. */
export function isSafeAddress(input: string): boolean {
  if (!URL.canParse(input)) return false;
  const { protocol, hostname } = new URL(input);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return protocol === 'https:' || (protocol === 'http:' && local);
}

/** An issuer as OpenID Connect has it. */
export function isIssuer(input: string): boolean {
  if (input === '') return true;
  if (!isSafeAddress(input)) return false;
  const { search, hash, username } = new URL(input);
  return search + hash + username === '';
}

const CALLBACK = '/auth/oidc/callback';

/** Where the provider sends browsers back to; http only on this machine, as for an issuer. */
export function isRedirectUrl(input: string): boolean {
  return input === '' || (isIssuer(input) && new URL(input).pathname === CALLBACK);
}

/** The variables of an identity provider. */
export const oidcEnv = {
  OIDC_ISSUER: text({
    default: '',
    pattern: isIssuer,
    allowed: 'https://…, exactly as the provider’s tokens say it in iss',
    desc: 'OpenID Connect provider whose access tokens are let in, and where browsers may log in; empty: none',
  }),
  OIDC_AUDIENCE: text({
    default: 'iot-telemetry',
    pattern: /^\S{1,200}$/,
    allowed: 'a word that the provider’s tokens say in aud',
    desc: 'audience that its tokens must be for',
  }),
  OIDC_ROLE_CLAIM: text({
    default: 'roles',
    pattern: /^[^\s.]+(\.[^\s.]+)*$/,
    allowed: 'the name of a claim, with dots into what is in it, such as realm_access.roles',
    desc: 'claim that says what somebody is: a text or a list of texts',
  }),
  OIDC_ROLES: list({
    default: ['viewer:viewer', 'operator:operator', 'admin:admin'],
    pattern: (pair) => isRole(roleOf(pair)) && pair.lastIndexOf(':') > 0,
    allowed: 'pairs such as iot-admins:admin, comma-separated, with viewer, operator or admin',
    desc: 'what of that claim is which role; the highest counts, and without any nobody is let in',
  }),
  OIDC_CLIENT_ID: text({
    default: '',
    pattern: /^[\x21-\x7e]{0,200}$/,
    allowed: 'the name of a client of the provider, without blanks',
    desc: 'client of the provider as which browsers log in; needs OIDC_ISSUER and OIDC_REDIRECT_URL; empty: they cannot',
  }),
  OIDC_CLIENT_SECRET: text({
    default: '',
    desc: 'secret of that client; empty: it is a public one, which PKCE alone guards',
  }),
  OIDC_CLIENT_SECRET_FILE: text({ default: '', desc: 'file with OIDC_CLIENT_SECRET' }),
  OIDC_REDIRECT_URL: text({
    default: '',
    pattern: isRedirectUrl,
    allowed: `https://HOST${CALLBACK}, as the provider has it; http for this machine alone`,
    desc: 'where the provider sends browsers back to',
  }),
  OIDC_SCOPE: text({
    default: 'openid profile email',
    pattern: /^(?=(.* )?openid( |$))[\x21-\x7e]+( [\x21-\x7e]+)*$/,
    allowed: 'words with blanks between, openid among them',
    desc: 'what a browser that logs in asks the provider for; add what brings OIDC_ROLE_CLAIM',
  }),
  OIDC_NAME: text({
    default: 'your organisation',
    pattern: /^[^\p{C}]{1,60}$/u,
    allowed: '1–60 characters that can be printed',
    desc: 'what the page calls the provider',
  }),
  OIDC_SESSION_HOURS: integer({
    default: 12,
    min: 1,
    max: 720,
    desc: 'hours after which who logged in by the provider has to do so again; so long a role counts, and who is blocked there stays',
  }),
};

const roleOf = (pair: string): string => pair.slice(pair.lastIndexOf(':') + 1);
