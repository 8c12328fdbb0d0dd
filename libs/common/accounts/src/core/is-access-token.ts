import { decodeProtectedHeader, type JWTPayload } from 'jose';

/** Of RFC 9068, and what providers from before it write, or leave out. */
const TYPES: ReadonlySet<string> = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
/** Claims of ID tokens and logout tokens, which are for another purpose, perhaps for our audience. */
const CLAIMS_OF_OTHERS = ['at_hash', 'c_hash', 's_hash', 'events'];
/** What Keycloak calls those of its tokens that are none, in a claim. */
const KINDS_OF_OTHERS: ReadonlySet<unknown> = new Set(['ID', 'Refresh', 'Offline', 'Logout']);

/** Whether a token that the provider signed for us is one to ask with. It was verified before. */
export function isAccessToken(token: string, payload: JWTPayload): boolean {
  const { typ = 'JWT' } = decodeProtectedHeader(token);
  return (
    TYPES.has(typ.toLowerCase()) &&
    !KINDS_OF_OTHERS.has(payload['typ']) &&
    !CLAIMS_OF_OTHERS.some((claim) => payload[claim] !== undefined)
  );
}
