import type { Condition, VersionedRule } from '@iot/alerting';
import type { LoggedReading } from './oracle.js';

/** What an alert of a rule must be in the end. Times in epoch ms. */
export interface ExpectedRuleAlert {
  readonly id: string;
  readonly status: 'pending' | 'active' | 'resolved' | 'lapsed';
  readonly severity: 'warning' | 'critical';
  readonly value: number;
  readonly occurrences: number;
  readonly lastValue: number;
  readonly lastSeen: number;
  readonly resolvedAt: number | null;
  readonly version: number;
}

/** A number that a rule compares, when it is known, and the arrival that made it known. */
interface Measure {
  readonly ts: number;
  readonly value: number;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60 };
const ms = (text: string): number => Number(text.slice(0, -1)) * SECONDS[text.at(-1)!]! * 1000;
/** A silence is certain half a second after it is as long as the rule says. */
const CERTAIN = 500;

/**
 * Alerts that rules raise on an ordered log, another way than evaluate(): for each device and rule
 * first all the numbers that the rule compares, and then stretches of them.
 */
export function expectedRuleAlerts(
  log: readonly LoggedReading[],
  rules: readonly VersionedRule[],
): ExpectedRuleAlert[] {
  const found: ExpectedRuleAlert[] = [];
  for (const rule of rules)
    for (const device of new Set(log.map((entry) => entry.device))) {
      const { device: pattern, sensor } = rule.selector;
      const holds = pattern.endsWith('*')
        ? device.startsWith(pattern.slice(0, -1))
        : device === pattern;
      if (!holds) continue;
      const own = log.filter((entry) => entry.device === device);
      const heard = sensor === undefined ? own : own.filter((e) => e.values[sensor] !== undefined);
      if (rule.condition.kind === 'silent')
        found.push(...silences(rule, device, heard, log.at(-1)!.receivedAt));
      else {
        const counted = heard.filter((e, i) => heard.slice(0, i).every(({ ts }) => ts < e.ts));
        const series = counted.map((e) => ({ ts: e.ts, value: e.values[sensor!]! }));
        found.push(...stretches(rule, device, measures(rule.condition, series)));
      }
    }
  return found;
}

function measures(condition: Condition, series: readonly Measure[]): readonly Measure[] {
  switch (condition.kind) {
    case 'rate':
      return rates(condition, series);
    case 'window':
      return windows(condition, series);
    default:
      return series;
  }
}

/** A reading is compared with a reference; the next one is the first that is half a span behind it. */
function rates(
  { over, per, direction }: Extract<Condition, { kind: 'rate' }>,
  series: readonly Measure[],
): Measure[] {
  const span = ms(over);
  const found: Measure[] = [];
  let [reference, next]: (Measure | undefined)[] = [];
  for (const reading of series) {
    if (reference && reading.ts > reference.ts + span) [reference, next] = [next, undefined];
    if (reference && reading.ts > reference.ts + span) reference = undefined;
    if (!reference) {
      reference = reading;
      continue;
    }
    const half = reading.ts - reference.ts >= span / 2;
    if (!half) continue;
    const rate = ((reading.value - reference.value) / (reading.ts - reference.ts)) * ms(per);
    const value = direction === 'falling' ? -rate : direction === 'either' ? Math.abs(rate) : rate;
    found.push({ ts: reading.ts, value });
    next ??= reading;
  }
  return found;
}

function windows(
  { size, aggregate }: Extract<Condition, { kind: 'window' }>,
  series: readonly Measure[],
): Measure[] {
  const length = ms(size);
  const numberOf = ({ ts }: Measure): number => Math.floor(ts / length);
  return series.flatMap((reading, i) => {
    const before = series[i - 1];
    if (!before || numberOf(before) === numberOf(reading)) return [];
    const values = series.filter((e) => numberOf(e) === numberOf(before)).map(({ value }) => value);
    const isNext = numberOf(before) + 1 === numberOf(reading);
    const value = {
      count: isNext ? values.length : 0,
      avg: values.reduce((sum, one) => sum + one, 0) / values.length,
      min: Math.min(...values),
      max: Math.max(...values),
    }[aggregate];
    return [{ ts: reading.ts, value }];
  });
}

/** From each number that violates the rule as far as its alert goes. */
function stretches(
  { name, severity, condition }: VersionedRule,
  device: string,
  series: readonly Measure[],
): ExpectedRuleAlert[] {
  const bounds = condition as Extract<Condition, { bound: number }>;
  const below =
    condition.kind === 'below' || (condition.kind === 'window' && condition.is === 'below');
  const outside = (value: number, bound: number): boolean =>
    below ? value < bound : value > bound;
  const hold = bounds.for === undefined ? 0 : ms(bounds.for);
  const gap = bounds.max_gap === undefined ? hold : ms(bounds.max_gap);
  const found: ExpectedRuleAlert[] = [];
  for (let start = 0; start < series.length; start++) {
    const first = series[start]!;
    if (!outside(first.value, bounds.bound)) continue;
    const members = [first];
    let isRaised = hold === 0;
    let over: Measure | undefined;
    let isAnew = false;
    let next = start + 1;
    for (; next < series.length && !over; next++) {
      const one = series[next]!;
      if (isRaised) {
        const isBack =
          !outside(one.value, bounds.bound) && !outside(one.value, bounds.clear_at ?? bounds.bound);
        if (isBack) over = one;
        else members.push(one);
      } else {
        const late = one.ts - members.at(-1)!.ts > gap;
        const holds = outside(one.value, bounds.bound);
        if (late || !holds) {
          over = one;
          isAnew = late && holds;
        } else {
          members.push(one);
          isRaised = one.ts - first.ts >= hold;
        }
      }
    }
    const violating = members.filter(({ value }) => outside(value, bounds.bound));
    const isCritical =
      severity === 'critical' ||
      (bounds.critical !== undefined &&
        violating.some(({ value }) => outside(value, bounds.critical!)));
    found.push({
      id: `${device}|${name}|${first.ts}`,
      status: over ? (isRaised ? 'resolved' : 'lapsed') : isRaised ? 'active' : 'pending',
      severity: isCritical ? 'critical' : 'warning',
      value: first.value,
      occurrences: violating.length,
      lastValue: members.at(-1)!.value,
      lastSeen: members.at(-1)!.ts,
      resolvedAt: over?.ts ?? null,
      version: members.length + (over ? 1 : 0),
    });
    // A number that ends one may be the first of the next.
    start = over ? next - 2 + (isAnew ? 0 : 1) : next;
  }
  return found;
}

/** Gaps between arrivals, and what was open at the end of the log. */
function silences(
  { name, severity, condition }: VersionedRule,
  device: string,
  heard: readonly LoggedReading[],
  end: number,
): ExpectedRuleAlert[] {
  const { span, critical } = condition as Extract<Condition, { kind: 'silent' }>;
  return heard.flatMap(({ receivedAt: from }, i): ExpectedRuleAlert[] => {
    const next = heard[i + 1]?.receivedAt;
    const silent = (next ?? end) - from;
    if (silent <= ms(span) + CERTAIN) return [];
    const isLong = critical !== undefined && silent > ms(critical) + CERTAIN;
    const told = isLong ? ms(critical) : ms(span);
    return [
      {
        id: `${device}|${name}|${from + ms(span)}`,
        status: next === undefined ? 'active' : 'resolved',
        severity: isLong || severity === 'critical' ? 'critical' : 'warning',
        value: ms(span) / 1000,
        occurrences: 1,
        lastValue: told / 1000,
        lastSeen: from + told,
        resolvedAt: next ?? null,
        version: 1 + (isLong ? 1 : 0) + (next === undefined ? 0 : 1),
      },
    ];
  });
}
