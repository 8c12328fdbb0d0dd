import type { VersionedRule } from '../rule.js';
import { compileRule, type CompiledRule } from './compiled-rule.js';

/** A rule among those of one device. */
export interface DeviceRule extends CompiledRule {
  /** Position among them; -1: it is none of them any more. */
  readonly index: number;
  /** Which of the device's clocks it goes by: see {@link DeviceRules.clocks}. */
  readonly clock: number;
}

/** The rules about one sensor of a device. */
export interface SensorRules {
  readonly clock: number;
  readonly rules: readonly DeviceRule[];
  /** A value from `low` to `high` violates none of them. */
  readonly low: number;
  readonly high: number;
  /** Some of them have to be told of every value. */
  readonly always: boolean;
}

/** The rules about the silence of a device, or of one of its sensors. */
export interface SilenceRules {
  readonly clock: number;
  /** Null: any reading breaks it. */
  readonly sensor: string | null;
  readonly rules: readonly DeviceRule[];
}

/** The rules that are about a device. Devices with the same rules share one of these. */
export interface DeviceRules {
  readonly set: RuleSet;
  readonly rules: readonly DeviceRule[];
  readonly byId: ReadonlyMap<string, DeviceRule>;
  /**
   * What its rules go by: the time of the last reading evaluated of a sensor (its name), or of the
   * last arrival (`@`, or `@` and a sensor's name).
   */
  readonly clocks: readonly string[];
  readonly sensors: ReadonlyMap<string, SensorRules>;
  readonly silence: readonly SilenceRules[];
}

/** So many are remembered; only where devices differ much in their rules are there more. */
const MAX_REMEMBERED = 10_000;

/** What readings are judged by. Never changes; a change of a rule makes another one. */
export class RuleSet {
  readonly hasSilence: boolean;
  /** The same for sets whose rules about silence are the same. */
  readonly silenceKey: string;
  private readonly compiled: readonly CompiledRule[];
  /** Positions in `compiled` by what the selector names. */
  private readonly ofAny: number[] = [];
  private readonly ofDevice = new Map<string, number[]>();
  /** By length of the beginning. */
  private readonly ofBeginning = new Map<number, Map<string, number[]>>();
  private readonly remembered = new Map<string, DeviceRules>();

  /**
   * @param general rules for all devices: those of the thresholds
   * @param rules the newest version of each, disabled ones too
   * @param units by sensor; a rule about another sensor judges nothing
   */
  constructor(
    general: readonly CompiledRule[],
    readonly rules: readonly VersionedRule[],
    units: ReadonlyMap<string, string>,
  ) {
    const inForce = rules.filter(
      ({ enabled, selector: { sensor } }) => enabled && (sensor === undefined || units.has(sensor)),
    );
    this.compiled = [
      ...general,
      ...inForce.map((rule) => compileRule(rule, units.get(rule.selector.sensor ?? '') ?? '')),
    ];
    this.hasSilence = this.compiled.some(({ kind }) => kind === 'silent');
    this.silenceKey = JSON.stringify(
      inForce
        .filter(({ condition: { kind } }) => kind === 'silent')
        .map(({ name, selector, condition }) => [name, selector, condition]),
    );
    general.forEach((_, i) => this.ofAny.push(i));
    inForce.forEach(({ selector: { device } }, i) =>
      this.positionsOf(device).push(general.length + i),
    );
  }

  /** Rules that judge anything at all. */
  get size(): number {
    return this.compiled.length;
  }

  /** The rules about a device: by a look-up for each length of a beginning, not one for each rule. */
  of(deviceId: string): DeviceRules {
    const positions = [...this.ofAny, ...(this.ofDevice.get(deviceId) ?? [])];
    for (const [length, beginnings] of this.ofBeginning)
      positions.push(...(beginnings.get(deviceId.slice(0, length)) ?? []));
    positions.sort((a, b) => a - b);
    const key = positions.join();
    let rules = this.remembered.get(key);
    if (!rules) {
      if (this.remembered.size >= MAX_REMEMBERED) this.remembered.clear();
      rules = deviceRules(
        this,
        positions.map((position) => this.compiled[position]!),
      );
      this.remembered.set(key, rules);
    }
    return rules;
  }

  private positionsOf(pattern: string): number[] {
    if (pattern === '*') return this.ofAny;
    if (!pattern.endsWith('*')) return entry(this.ofDevice, pattern, () => []);
    const beginning = pattern.slice(0, -1);
    const beginnings = entry(this.ofBeginning, beginning.length, () => new Map<string, number[]>());
    return entry(beginnings, beginning, () => []);
  }
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

const clockOf = ({ kind, sensor }: CompiledRule): string =>
  kind === 'silent' ? `@${sensor ?? ''}` : sensor!;

function deviceRules(set: RuleSet, compiled: readonly CompiledRule[]): DeviceRules {
  const clocks = [...new Set(compiled.map(clockOf))];
  const rules = compiled.map((rule, index) => ({
    ...rule,
    index,
    clock: clocks.indexOf(clockOf(rule)),
  }));
  const byClock = Map.groupBy(rules, ({ clock }) => clock);
  const groups = [...byClock].map(([clock, some]) => ({ clock, rules: some }));
  const isSilence = ({ rules: [first] }: { rules: DeviceRule[] }): boolean =>
    first!.kind === 'silent';
  return {
    set,
    rules,
    byId: new Map(rules.map((rule) => [rule.id, rule])),
    clocks,
    sensors: new Map(
      groups
        .filter((group) => !isSilence(group))
        .map((group) => [clocks[group.clock]!, sensorRules(group.clock, group.rules)]),
    ),
    silence: groups
      .filter(isSilence)
      .map((group) => ({ ...group, sensor: group.rules[0]!.sensor })),
  };
}

function sensorRules(clock: number, rules: readonly DeviceRule[]): SensorRules {
  const plain = rules.filter(({ kind }) => kind === 'above' || kind === 'below');
  const bounds = (sign: 1 | -1): number[] =>
    plain.filter((rule) => rule.sign === sign).map(({ threshold }) => threshold);
  return {
    clock,
    rules,
    low: Math.max(-Infinity, ...bounds(-1)),
    high: Math.min(Infinity, ...bounds(1)),
    always: plain.length < rules.length,
  };
}
