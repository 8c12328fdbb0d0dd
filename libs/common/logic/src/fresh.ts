const FRESH = /^@(\d+)\//;

/** Names a change that asks for new states. @param change which one it was, of all patterns */
export const freshIdOf = (change: number, pattern: string): string => `@${change}/${pattern}`;

/** Which change it was; 0: none, or one of a version that did not count them. */
const orderOf = (freshId: string | null | undefined): number =>
  Number(FRESH.exec(freshId ?? '')?.[1] ?? 0);

/** Whether a change was made after another one, and asks for a state that this one did not. */
export const asksAfter = (freshId: string | undefined, known: string | null): boolean =>
  freshId !== undefined && orderOf(freshId) > orderOf(known);

/** The latest of some changes. */
export const latestFresh = (ids: Iterable<string | null | undefined>): string | undefined => {
  let latest: string | undefined;
  for (const id of ids) if (id && (!latest || asksAfter(id, latest))) latest = id;
  return latest;
};
