import { list, text } from '@iot/config';
import { isRole } from '@iot/access';

/** An issuer as OpenID Connect has it; http only for a provider on this machine. */
export function isIssuer(input: string): boolean {
  if (input === '') return true;
  try {
    const { protocol, hostname, search, hash, username } = new URL(input);
    const local = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
    return (
      (protocol === 'https:' || (protocol === 'http:' && local)) && search + hash + username === ''
    );
  } catch {
    return false;
  }
}

/** The variables of an identity provider. */
export const oidcEnv = {
  OIDC_ISSUER: text({
    default: '',
    pattern: isIssuer,
    allowed: 'https://…, exactly as the provider’s tokens say it in iss',
    desc: 'OpenID Connect provider whose access tokens are let in; empty: none',
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
};

const roleOf = (pair: string): string => pair.slice(pair.lastIndexOf(':') + 1);
