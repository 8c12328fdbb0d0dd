/** What of a device's past the address says to show. Epoch ms. */
export interface DeviceSearch {
  /** How long back from now; with `to` absent. */
  readonly last?: number;
  readonly from?: number;
  readonly to?: number;
}

const MOST_MS = 20 * 366 * 86_400_000;
const whole = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;

/** Reads it; what makes no sense counts as absent. */
export function deviceSearch(given: Record<string, unknown>): DeviceSearch {
  const [from, to, last] = [whole(given['from']), whole(given['to']), whole(given['last'])];
  if (from !== undefined && to !== undefined && to > from && to - from <= MOST_MS)
    return { from, to };
  return last !== undefined && last >= 60_000 && last <= MOST_MS ? { last } : {};
}
