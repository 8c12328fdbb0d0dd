import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { ask } from '../api/ask.js';
import { change } from '../api/change.js';
import { ApiError, read } from '../api/client.js';
import type { Me, Ways } from '../api/schema.js';
import { Secret, Text } from '../parts/inputs.js';

const waysQuery = queryOptions({
  queryKey: ['auth', 'ways'],
  queryFn: ({ signal }) => read('/auth', {}, { signal }),
  staleTime: Infinity,
});

/** Who one is; null: one has to log in. */
const meQuery = queryOptions({
  queryKey: ['auth', 'me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await read('/auth/me', {}, { signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
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
  readonly error: Error | null;
} {
  const ways = useQuery(waysQuery);
  const me = useQuery(meQuery);
  return { ways: ways.data, me: me.data, error: me.data === undefined ? me.error : null };
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
    location.assign('/');
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

/** Asks for name and password. */
export function LogIn({ oidc }: { oidc: string | null }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [refused, setRefused] = useState<string>();
  const [busy, setBusy] = useState(false);
  const enter = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    try {
      await ask('/auth/login', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name, password, cookies: true }),
      });
      await client.invalidateQueries();
    } catch (error) {
      setRefused((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="card log-in" onSubmit={(event) => void enter(event)} aria-label="Log in">
      <title>Log in · IoT telemetry</title>
      <h1>Log in</h1>
      <Text label="Name" value={name} onChange={setName} autoComplete="username" />
      <Secret label="Password" value={password} onChange={setPassword} />
      {refused !== undefined && (
        <p className="refused" role="alert">
          {refused}
        </p>
      )}
      <button className="primary" disabled={busy || name === '' || password === ''}>
        {busy ? 'Logging in …' : 'Log in'}
      </button>
      {oidc !== null && <a href={oidc}>Log in by your organisation</a>}
    </form>
  );
}
