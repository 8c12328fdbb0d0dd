import type { Principal } from '@iot/access';
import type { ServiceTokens } from './service-tokens.js';
import type { Sessions } from './sessions.js';
import type { Users } from './users.js';

/** Tells which of many have ended meanwhile, with three questions however many they are. */
export class Watch {
  constructor(
    private readonly of: {
      readonly users: Pick<Users, 'findActive'>;
      readonly sessions: Pick<Sessions, 'findAll'>;
      readonly tokens: Pick<ServiceTokens, 'findAll'>;
    },
  ) {}

  /**
   * Those whose session or service token is gone, or whose user is. Who came with a token of an
   * identity provider cannot be told, so they are none of them.
   * @throws the driver's error
   */
  async ended(whom: Iterable<Principal>, now: Date): Promise<Set<Principal>> {
    const all = [...whom];
    const withSession = all.filter(({ session }) => session !== undefined);
    const withToken = all.filter(({ kind }) => kind === 'token');
    const own = withSession.filter(({ kind }) => kind === 'user');
    const [sessions, users, tokens] = await Promise.all([
      idsOf(
        withSession.map(({ session }) => session!),
        (ids) => this.of.sessions.findAll(ids, now),
      ),
      idsOf(
        own.map(({ id }) => id),
        (ids) => this.of.users.findActive(ids),
      ),
      idsOf(
        withToken.map(({ id }) => id),
        (ids) => this.of.tokens.findAll(ids, now),
      ),
    ]);
    return new Set([
      ...withSession.filter(({ session }) => !sessions.has(session!)),
      ...own.filter(({ id }) => !users.has(id)),
      ...withToken.filter(({ id }) => !tokens.has(id)),
    ]);
  }
}

async function idsOf(
  wanted: readonly string[],
  find: (ids: string[]) => Promise<readonly { readonly _id: string }[]>,
): Promise<Set<string>> {
  const ids = [...new Set(wanted)];
  return new Set(ids.length === 0 ? [] : (await find(ids)).map(({ _id }) => _id));
}
