import type { CompiledRule } from '@iot/alerting';
import type { Threshold, Thresholds } from './thresholds.js';

/**
 * The thresholds as rules for all devices. Their ids and types are those that alerts of thresholds
 * have always had.
 */
export const thresholdRules = (thresholds: Thresholds): CompiledRule[] =>
  [...thresholds.values()].flatMap((threshold) => {
    const { min, max } = threshold;
    return [
      ...(max === Infinity ? [] : [ruleOf(threshold, 'above_max')]),
      ...(min === -Infinity ? [] : [ruleOf(threshold, 'below_min')]),
    ];
  });

function ruleOf(
  { sensor, unit, min, max, criticalAbove, criticalBelow }: Threshold,
  alertType: 'above_max' | 'below_min',
): CompiledRule {
  const above = alertType === 'above_max';
  const threshold = above ? max : min;
  const of = (number: number): string => (unit === '' ? String(number) : `${number} ${unit}`);
  const side = above ? 'above its maximum' : 'below its minimum';
  return {
    id: `${sensor}|${alertType}`,
    name: `${sensor}.${alertType}`,
    version: 0,
    alertType,
    kind: above ? 'above' : 'below',
    sensor,
    severity: 'warning',
    labels: {},
    sign: above ? 1 : -1,
    threshold,
    bound: above ? max : -min,
    clearAt: above ? max : -min,
    critical: above ? criticalAbove : -criticalBelow,
    forMs: 0,
    gapMs: 0,
    spanMs: Infinity,
    criticalMs: Infinity,
    shape: `${above ? 'above' : 'below'}|${sensor}`,
    messageOf: (deviceId, value) =>
      `${sensor} of ${deviceId} is ${of(value)}, ${side} of ${of(threshold)}`,
  };
}
