import type { Principal } from '@iot/access';
import type { ProvidedIdentity } from '@iot/mongo';

/** No user's name begins so: a colon is none of its characters. */
const PREFIX = 'oidc:';

/** Whose the sessions are of somebody whom an identity provider let in. */
export const providedUser = ({ subject }: Pick<ProvidedIdentity, 'subject'>): string =>
  PREFIX + subject;

/** Of a session's user: our own, or somebody of an identity provider. */
export const whoIs = (user: string): Pick<Principal, 'kind' | 'id' | 'name'> =>
  user.startsWith(PREFIX)
    ? { kind: 'oidc', id: user.slice(PREFIX.length), name: user.slice(PREFIX.length) }
    : { kind: 'user', id: user, name: user };
