/** What of the alerts the address says to show. */
export interface AlertsSearch {
  readonly status?: 'acknowledged' | 'pending' | 'resolved' | 'all';
  readonly severity?: 'warning' | 'critical';
  readonly device?: string;
  readonly sensor?: string;
}

const oneOf = <T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((each) => each === value);
const text = (value: unknown): string | undefined =>
  (typeof value === 'string' || typeof value === 'number') && String(value) !== ''
    ? String(value).slice(0, 128)
    : undefined;

/** Reads it; what makes no sense counts as absent. */
export function alertsSearch(given: Record<string, unknown>): AlertsSearch {
  const status = oneOf(given['status'], ['acknowledged', 'pending', 'resolved', 'all']);
  const severity = oneOf(given['severity'], ['warning', 'critical']);
  const [device, sensor] = [text(given['device']), text(given['sensor'])];
  return {
    ...(status && { status }),
    ...(severity && { severity }),
    ...(device && { device }),
    ...(sensor && { sensor }),
  };
}
