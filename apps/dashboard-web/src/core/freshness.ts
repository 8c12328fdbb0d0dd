/** What is known of the stream. Times in epoch ms of this machine. */
export interface LiveClock {
  /** When anything last came; undefined: nothing yet. */
  readonly heardAt: number | undefined;
  /** When the server last found out something new, by this machine's clock; undefined: never. */
  readonly knownAt: number | undefined;
  /** The browser says that there is no network, or the server could not be reached. */
  readonly cutOff: boolean;
}

export interface Freshness {
  readonly state: 'waiting' | 'live' | 'old' | 'offline';
  /** How old is what the page shows, ms. */
  readonly age: number;
}

/** What is younger is called live: changes come each second, and a second may be missed. */
const LIVE_MS = 3000;
/** Without a word for so long, or half of it when the connection is known to be cut: offline. */
const OFFLINE_MS = 30_000;

/** How old what the page shows is, as far as the page can tell. */
export function freshness({ heardAt, knownAt, cutOff }: LiveClock, now: number): Freshness {
  if (knownAt === undefined || heardAt === undefined)
    return { state: cutOff ? 'offline' : 'waiting', age: 0 };
  const age = Math.max(0, now - knownAt);
  const silent = now - heardAt;
  if (silent > OFFLINE_MS || (cutOff && silent > LIVE_MS)) return { state: 'offline', age };
  return { state: age > LIVE_MS ? 'old' : 'live', age };
}
