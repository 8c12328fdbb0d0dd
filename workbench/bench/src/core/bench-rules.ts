import { deviceName } from './backlog-plan.js';

/** A rule as `alert_rules` holds it; see libs/common/alerting. */
interface BenchRule {
  readonly name: string;
  readonly enabled: true;
  readonly severity: 'warning';
  readonly message: null;
  readonly labels: object;
  readonly selector: { readonly device: string; readonly sensor?: string };
  readonly condition: object;
}

const SENSOR = 'temperature_c';
const FAR = 1e6;
/** None of them is ever violated. */
const CONDITIONS: readonly object[] = [
  { kind: 'above', bound: FAR, clear_at: FAR - 1, for: '5m', critical: 2 * FAR },
  { kind: 'below', bound: -FAR },
  { kind: 'rate', bound: FAR, per: '1m', over: '5m', direction: 'either' },
  { kind: 'window', size: '1h', aggregate: 'avg', is: 'above', bound: FAR },
  { kind: 'silent', span: '31d' },
];

/**
 * Rules of all kinds, of which five, one of each kind, are about each of a thousand devices. The
 * devices share the rules by the beginnings of their names.
 * @param count 100: of twenty groups, ten are about devices; 1000: two hundred
 */
export function benchRules(count: number): BenchRule[] {
  const groups = count / CONDITIONS.length;
  return Array.from({ length: groups }, (_, group) =>
    CONDITIONS.map((condition, kind): BenchRule => {
      const isSilent = kind === CONDITIONS.length - 1;
      return {
        name: `bench-${group}-${kind}`,
        enabled: true,
        severity: 'warning',
        message: null,
        labels: {},
        selector: { device: patternOf(group), ...(!isSilent && { sensor: SENSOR }) },
        condition,
      };
    }),
  ).flat();
}

/** Ten patterns hold all devices, a hundred each; the others hold none. */
const patternOf = (group: number): string =>
  group < 10 ? `${deviceName(group * 100).slice(0, -2)}*` : `other-${group}-*`;
