/** Why the provider's log-in let nobody in, by the word that the API sent the browser back with. */
const REFUSALS: Readonly<Record<string, string>> = {
  expired: 'The log-in took too long, or was begun in another window. Try again.',
  refused: 'The provider did not let you in.',
  no_role: 'The provider knows you, and nothing it says of you is a role here. Ask an admin.',
  throttled: 'There were too many attempts. Try again in a quarter of an hour.',
  unavailable: 'The provider or the database does not answer. Try again soon.',
  failed: 'The log-in failed; the log of the dashboard API says why.',
};

// Read before the router looks at the address: a view has no such parameter.
const reason = new URLSearchParams(location.search).get('oidc');
let refused = reason === null ? undefined : (REFUSALS[reason] ?? REFUSALS['failed']);

/** Why the provider let nobody in before the page was loaded. */
export const refusedByProvider = (): string | undefined => refused;

/** Somebody is in now. */
export function forgetRefusal(): void {
  refused = undefined;
}

/** Where the provider's log-in begins, which leads back to this view. */
export function addressOfLogIn(url: string): string {
  const search = new URLSearchParams(location.search);
  search.delete('oidc');
  const view = search.size > 0 ? `${location.pathname}?${search}` : location.pathname;
  return `${url}?${new URLSearchParams({ to: view })}`;
}
