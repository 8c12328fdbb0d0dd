/** Which dead letters the address says to show, and which of them whole. */
export interface DeadLettersSearch {
  readonly group?: string;
  readonly stage?: string;
  readonly reason?: string;
  readonly device?: string;
  /** `partition/offset` of the one that is shown whole. */
  readonly letter?: string;
}

const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && String(value) !== ''
    ? String(value).slice(0, 249)
    : undefined;

/** Reads it; what makes no sense counts as absent. */
export function deadLettersSearch(given: Record<string, unknown>): DeadLettersSearch {
  const [group, stage, reason] = [
    text(given['group']),
    text(given['stage']),
    text(given['reason']),
  ];
  const [device, letter] = [text(given['device']), text(given['letter'])];
  return {
    ...(group && { group }),
    ...(stage && { stage }),
    ...(reason && { reason }),
    ...(device && { device }),
    ...(letter && /^\d+\/\d+$/.test(letter) && { letter }),
  };
}
