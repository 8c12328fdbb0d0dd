/** What is known of a session, as far as its refresh tokens go. Times in epoch ms. */
export interface RefreshState {
  /** Number of the token in force. */
  readonly generation: number;
  readonly rotatedAt: number;
  readonly endsAt: number;
}

/**
 * Somebody whose answer was lost, or who has two tabs, sends the token before the last one again;
 * for so long they get the one in force. A thief gets it too, and is found out by the next use.
 */
export const GRACE_MS = 10_000;

/**
 * What to do with a refresh token that we made: `rotate` gives a new one; `again` the one in force;
 * `reused` means that two have it, so the session ends; `ended`: there is none.
 */
export function judgeRefresh(
  state: RefreshState | undefined,
  generation: number,
  now: number,
): 'rotate' | 'again' | 'reused' | 'ended' {
  // A number from the future: the database is of before, restored.
  if (!state || state.endsAt <= now || generation > state.generation) return 'ended';
  if (generation === state.generation) return 'rotate';
  const last = generation === state.generation - 1 && now - state.rotatedAt < GRACE_MS;
  return last ? 'again' : 'reused';
}
