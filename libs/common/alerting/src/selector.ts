import { isScope, SCOPE_RULE, scopeHolds } from '@iot/credentials';
import type { FieldError } from '@iot/telemetry';

/**
 * Which devices and which of their sensors a rule, a mute or a route is about. The pattern of
 * devices is that of device keys: an id, the beginning of ids and a `*`, or `*`.
 */
export interface Selector {
  readonly device: string;
  /** Catalogue name; absent: any. */
  readonly sensor?: string;
}

/** @param sensor null: something that is about no sensor, which only a selector without one holds */
export const selectorHolds = (
  { device, sensor: wanted }: Selector,
  deviceId: string,
  sensor: string | null,
): boolean => (wanted === undefined || wanted === sensor) && scopeHolds(device, deviceId);

const FIELDS = ['device', 'sensor'];

/**
 * Checks a selector from outside.
 * @param sensors names of the catalogue; undefined: any name will do
 * @param errors gets what is wrong, by fields that begin with `at`
 */
export function readSelector(
  value: unknown,
  sensors: ReadonlySet<string> | undefined,
  errors: FieldError[],
  at = 'selector',
): Selector | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    errors.push({ field: at, message: `must be an object of ${FIELDS.join(' and ')}` });
    return undefined;
  }
  const before = errors.length;
  const { device, sensor } = value as Record<string, unknown>;
  for (const field of Object.keys(value).filter((name) => !FIELDS.includes(name)))
    errors.push({
      field: `${at}.${field}`,
      message: `is unknown; allowed: ${FIELDS.join(', ')}`,
    });
  if (!isScope(device)) errors.push({ field: `${at}.device`, message: SCOPE_RULE });
  if (sensor !== undefined && (typeof sensor !== 'string' || sensors?.has(sensor) === false))
    errors.push({
      field: `${at}.sensor`,
      message: sensors ? `must be one of ${[...sensors].join(', ')}` : 'must be a sensor',
    });
  if (errors.length > before) return undefined;
  return { device: device as string, ...(sensor !== undefined && { sensor: sensor as string }) };
}
