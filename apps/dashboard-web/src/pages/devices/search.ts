/** What of the devices the address says to show. */
export interface DevicesSearch {
  /** How the id begins. */
  readonly q?: string;
  readonly show?: 'silent' | 'reporting';
}

/** Reads it; what makes no sense counts as absent. */
export function devicesSearch(given: Record<string, unknown>): DevicesSearch {
  const { q, show } = given;
  const text = typeof q === 'string' || typeof q === 'number' ? String(q).slice(0, 128) : '';
  return {
    ...(text !== '' && { q: text }),
    ...((show === 'silent' || show === 'reporting') && { show }),
  };
}
