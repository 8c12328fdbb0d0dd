import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import { change } from '../api/change.js';
import { ApiError, read } from '../api/client.js';
import type { Me, Ways } from '../api/schema.js';
import { sessionOver } from '../api/session.js';

const waysQuery = queryOptions({
  queryKey: ['auth', 'ways'],
  queryFn: ({ signal }) => read('/auth', {}, { signal }),
  staleTime: Infinity,
});

/** Who one is, or was until the session ended; null: nobody logged in here. */
const meQuery = queryOptions({
  queryKey: ['auth', 'me'],
  queryFn: async ({ signal, client, queryKey }): Promise<Me | null> => {
    try {
      const me = await read('/auth/me', {}, { signal });
      sessionOver.set(false);
      return me;
    } catch (error) {
      // Whose session ends goes on to see what was there, below the question who one is.
      if (error instanceof ApiError && error.status === 401)
        return client.getQueryData<Me>(queryKey) ?? null;
      throw error;
    }
  },
  // Before an access token ends, so that the stream never meets one that has.
  refetchInterval: 240_000,
  staleTime: 60_000,
});

const RANKS = ['viewer', 'operator', 'admin'] as const;

/** Whether one may do what this role may. Until it is known who one is, one may not. */
export function useMay(role: (typeof RANKS)[number]): boolean {
  const me = useQuery(meQuery).data;
  return me !== undefined && me !== null && RANKS.indexOf(me.role) >= RANKS.indexOf(role);
}

/** What is known of the session. */
export function useSession(): {
  readonly ways: Ways | undefined;
  readonly me: Me | null | undefined;
  /** One has to log in again. */
  readonly isOver: boolean;
  readonly error: Error | null;
} {
  const ways = useQuery(waysQuery);
  const me = useQuery(meQuery);
  const isOver = useSyncExternalStore(sessionOver.subscribe, sessionOver.get);
  return { ways: ways.data, me: me.data, isOver, error: me.data === undefined ? me.error : null };
}

/** Who one is, and the way out. */
export function WhoAmI() {
  const { ways, me } = useSession();
  const client = useQueryClient();
  if (!ways || !me) return null;
  if (!ways.auth)
    return (
      <span className="who" title="AUTH is off: anyone who reaches this page may do everything">
        no log-in
      </span>
    );
  const leave = async (): Promise<void> => {
    await change('POST', '/auth/logout', {}).catch(() => undefined);
    client.clear();
    location.assign('/ui');
  };
  return (
    <span className="who">
      <span title={`role: ${me.role}`}>{me.name}</span>
      <button type="button" className="plain" onClick={() => void leave()}>
        Log out
      </button>
    </span>
  );
}
