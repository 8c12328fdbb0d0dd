/** An alert as far as a change of it can be told. */
interface Known {
  readonly id: string;
}

/**
 * Of the alerts that are shown, those that are new or not what they were, and the ids of those that
 * were there before and are not now.
 */
export function changedAlerts<A extends Known>(
  before: ReadonlyMap<string, string>,
  now: readonly A[],
): { changed: A[]; gone: string[]; known: Map<string, string> } {
  const known = new Map(now.map((alert) => [alert.id, JSON.stringify(alert)]));
  return {
    changed: now.filter(({ id }) => before.get(id) !== known.get(id)),
    gone: [...before.keys()].filter((id) => !known.has(id)),
    known,
  };
}
