import { readSelector, RULE_NAME, type Mute } from '@iot/alerting';
import { parseTimestamp, type FieldError } from '@iot/telemetry';

const FIELDS = ['selector', 'rule', 'from', 'to', 'reason'];
const MAX_REASON = 500;
const TIME = 'must be an RFC 3339 time or epoch milliseconds';

/**
 * Checks a mute from outside.
 * @param now epoch ms: where it begins when nothing is said of it
 */
export function readMute(
  value: unknown,
  sensors: ReadonlySet<string>,
  now: number,
): { mute: Mute } | { errors: FieldError[] } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { errors: [{ field: '', message: `must be an object of ${FIELDS.join(', ')}` }] };
  const errors: FieldError[] = [];
  const body = value as Record<string, unknown>;
  for (const field of Object.keys(body).filter((name) => !FIELDS.includes(name)))
    errors.push({ field, message: `is unknown; allowed: ${FIELDS.join(', ')}` });
  const selector = readSelector(body['selector'], sensors, errors);
  const { rule, reason } = body;
  if (rule !== undefined && (typeof rule !== 'string' || !RULE_NAME.test(rule)))
    errors.push({ field: 'rule', message: 'must be the name of a rule' });
  if (typeof reason !== 'string' || reason.length === 0 || reason.length > MAX_REASON)
    errors.push({ field: 'reason', message: `must be text of 1 to ${MAX_REASON} characters` });
  const from = time('from', body['from'], now, errors);
  const to = time('to', body['to'], null, errors);
  if (typeof from === 'number' && typeof to === 'number' && to <= from)
    errors.push({ field: 'to', message: 'must be later than from' });
  if (errors.length > 0 || !selector) return { errors };
  return {
    mute: {
      selector,
      ...(rule !== undefined && { rule: rule as string }),
      from: from as number,
      to: to ?? null,
      reason: reason as string,
    },
  };
}

function time(
  field: string,
  value: unknown,
  absent: number | null,
  errors: FieldError[],
): number | null {
  if (value === undefined || value === null) return absent;
  const ms =
    typeof value === 'number' || typeof value === 'string' ? parseTimestamp(value) : undefined;
  if (ms === undefined) errors.push({ field, message: TIME });
  return ms ?? absent;
}
