import { parseDuration } from '../duration.js';
import { filledIn } from '../message.js';
import type {
  Condition,
  RateCondition,
  Severity,
  VersionedRule,
  WindowCondition,
} from '../rule.js';

export type RuleKind = Condition['kind'];
/** Rules of the thresholds in the environment have types of their own. */
export type AlertType = RuleKind | 'above_max' | 'below_min';

/** A rule ready to judge by. Durations in ms; a bound that there is not is infinite. */
export interface CompiledRule {
  /** Part of the ids of its alerts, and stays that over all versions. */
  readonly id: string;
  readonly name: string;
  /** 0: made of the thresholds in the environment. */
  readonly version: number;
  readonly alertType: AlertType;
  readonly kind: RuleKind;
  /** Null: it is about the device. */
  readonly sensor: string | null;
  readonly severity: Severity;
  readonly labels: Readonly<Record<string, string>>;
  /** 1: a number above the bound violates it; -1: one below. */
  readonly sign: 1 | -1;
  /** What alerts show as their threshold. Of silence: seconds. */
  readonly threshold: number;
  /** These three are multiplied by the sign, as the number is before it is compared. */
  readonly bound: number;
  readonly clearAt: number;
  readonly critical: number;
  readonly forMs: number;
  readonly gapMs: number;
  readonly rate?: { readonly overMs: number; readonly perMs: number; readonly turn: Turn };
  readonly window?: { readonly ms: number; readonly aggregate: WindowCondition['aggregate'] };
  /** Of silence. */
  readonly spanMs: number;
  readonly criticalMs: number;
  /** What an open alert and the memory of a device hang on: they end where it differs. */
  readonly shape: string;
  readonly messageOf: (deviceId: string, value: number) => string;
}

/** What is judged of a change: itself, its opposite, or its size. */
type Turn = (rate: number) => number;
const TURNS: Readonly<Record<NonNullable<RateCondition['direction']>, Turn>> = {
  rising: (rate) => rate,
  falling: (rate) => -rate,
  either: Math.abs,
};

const msOf = (text: string): number => parseDuration(text)!;

/** @param unit of the rule's sensor */
export function compileRule(rule: VersionedRule, unit: string): CompiledRule {
  const { name, version, severity, labels, condition } = rule;
  const sensor = rule.selector.sensor ?? null;
  const text = rule.message ?? builtInMessage(condition, sensor, unit);
  const common = { id: name, name, version, sensor, severity, labels, alertType: condition.kind };
  if (condition.kind === 'silent') {
    const spanMs = msOf(condition.span);
    return {
      ...common,
      kind: 'silent',
      sign: 1,
      threshold: spanMs / 1000,
      bound: Infinity,
      clearAt: Infinity,
      critical: Infinity,
      forMs: 0,
      gapMs: 0,
      spanMs,
      criticalMs: condition.critical === undefined ? Infinity : msOf(condition.critical),
      shape: `silent|${sensor}`,
      messageOf: (device, value) =>
        filledIn(text, {
          device,
          sensor: sensor ?? '',
          value,
          bound: spanMs / 1000,
          unit: 's',
          rule: name,
        }),
    };
  }
  const below =
    condition.kind === 'below' || (condition.kind === 'window' && condition.is === 'below');
  const sign = below ? -1 : 1;
  const { bound, clear_at, critical } = condition;
  const forMs = condition.for === undefined ? 0 : msOf(condition.for);
  return {
    ...common,
    kind: condition.kind,
    sign,
    threshold: bound,
    bound: sign * bound,
    clearAt: sign * (clear_at ?? bound),
    critical: critical === undefined ? Infinity : sign * critical,
    forMs,
    gapMs: condition.max_gap === undefined ? forMs : msOf(condition.max_gap),
    ...measured(condition),
    spanMs: Infinity,
    criticalMs: Infinity,
    shape: shapeOf(condition, sensor),
    messageOf: (device, value) =>
      filledIn(text, { device, sensor: sensor!, value, bound, unit, rule: name }),
  };
}

function measured(condition: Condition): Pick<CompiledRule, 'rate' | 'window'> {
  if (condition.kind === 'rate')
    return {
      rate: {
        overMs: msOf(condition.over),
        perMs: msOf(condition.per),
        turn: TURNS[condition.direction ?? 'rising'],
      },
    };
  if (condition.kind === 'window')
    return { window: { ms: msOf(condition.size), aggregate: condition.aggregate } };
  return {};
}

function shapeOf(condition: Exclude<Condition, { kind: 'silent' }>, sensor: string | null): string {
  const { kind } = condition;
  if (kind === 'rate')
    return [kind, sensor, condition.over, condition.per, condition.direction].join('|');
  if (kind === 'window')
    return [kind, sensor, condition.size, condition.aggregate, condition.is].join('|');
  return [kind, sensor].join('|');
}

function builtInMessage(condition: Condition, sensor: string | null, unit: string): string {
  const { kind } = condition;
  if (kind === 'silent')
    return `{{device}} has sent ${sensor === null ? 'nothing' : `no ${sensor}`} for {{bound}} s`;
  const of = (number: string): string => (unit === '' ? number : `${number} {{unit}}`);
  const [value, bound] = [of('{{value}}'), of('{{bound}}')];
  if (kind === 'rate')
    return `{{sensor}} of {{device}} changes by ${value} in ${condition.per}, above ${bound}`;
  if (kind === 'window')
    return `${condition.aggregate} of {{sensor}} of {{device}} over ${condition.size} is {{value}}, ${condition.is} {{bound}}`;
  return `{{sensor}} of {{device}} is ${value}, ${kind} ${bound}`;
}
