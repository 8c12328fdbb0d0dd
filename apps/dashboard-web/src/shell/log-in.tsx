import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState, type FormEvent } from 'react';
import { ask } from '../api/ask.js';
import type { Me, Ways } from '../api/schema.js';
import { sessionOver } from '../api/session.js';
import { Secret, Text } from '../parts/inputs.js';
import { addressOfLogIn, forgetRefusal, refusedByProvider } from './provider.js';

interface Props {
  readonly oidc: Ways['oidc'];
  /** Who was logged in until now. */
  readonly before?: Me;
}

/** Asks for name and password, or leads to the identity provider. */
export function LogIn({ oidc, before }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState(before?.kind === 'user' ? before.name : '');
  const [password, setPassword] = useState('');
  const [refused, setRefused] = useState(refusedByProvider);
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
      // What the one was shown and had typed is not for the other.
      if (before && before.name !== name) return location.reload();
      sessionOver.set(false);
      forgetRefusal();
      await client.invalidateQueries();
    } catch (error) {
      setRefused((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className="card log-in" onSubmit={(event) => void enter(event)} aria-label="Log in">
      {!before && <title>Log in · IoT telemetry</title>}
      <h1>{before ? 'Your session is over' : 'Log in'}</h1>
      {before && <p>Log in again: what you typed is still there, and was not sent.</p>}
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
      {oidc !== null &&
        (before ? (
          // In a tab of its own: this one keeps what was typed, and goes on when it is looked at.
          <a href={addressOfLogIn(oidc.url)} target="_blank" rel="noopener">
            Log in by {oidc.name}, in another tab
          </a>
        ) : (
          <a href={addressOfLogIn(oidc.url)}>Log in by {oidc.name}</a>
        ))}
    </form>
  );
}

/** The same over a view whose session ended: the view stays as it is below. */
export function LogInAgain({ oidc, before }: Required<Props>) {
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  useEffect(() => {
    dialog.current!.showModal();
    // Somebody may have logged in in another tab.
    const look = (): void => void client.invalidateQueries({ queryKey: ['auth', 'me'] });
    window.addEventListener('focus', look);
    return () => window.removeEventListener('focus', look);
  }, [client]);
  return (
    <dialog
      ref={dialog}
      className="over"
      aria-label="Your session is over"
      // Behind it nothing is answered any more. A second Escape closes what prevents the first.
      onCancel={(event) => event.preventDefault()}
      onClose={() => dialog.current?.showModal()}
    >
      <LogIn oidc={oidc} before={before} />
    </dialog>
  );
}
