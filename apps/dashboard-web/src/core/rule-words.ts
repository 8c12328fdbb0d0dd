import type { Values } from './form-values.js';
import { sensorLabel } from './format.js';

const AGGREGATES: Readonly<Record<string, string>> = {
  avg: 'average',
  min: 'least value',
  max: 'greatest value',
  count: 'number of values',
};
const WAYS: Readonly<Record<string, string>> = {
  rising: 'rises',
  falling: 'falls',
  either: 'changes',
};

/** What a rule says, in a sentence or two. @param unit of its sensor */
export function ruleInWords(values: Values, unit: string): string {
  const of = (name: string): string => String(values[name] ?? '').trim();
  const given = (name: string): string => of(`condition.${name}`);
  const measured = (name: string): string => `${given(name) || '…'} ${unit}`.trim();
  const sensor = of('selector.sensor');
  const what = sensor === '' ? 'anything' : sensorLabel(sensor);
  const severity = of('severity');
  const kind = given('kind');
  const isBelow = kind === 'below' || (kind === 'window' && given('is') === 'below');
  const begins = `Raises a ${severity === 'critical' ? 'critical alert' : 'warning'} when`;
  const devices = devicesInWords(of('selector.device'));
  if (kind === 'silent') {
    const later = severity !== 'critical' && given('critical');
    return (
      `${begins} ${devices} sent ${sensor === '' ? 'nothing' : `no ${what}`} for ` +
      `${given('span') || '…'}${later ? `; it becomes critical after ${later}` : ''}. ` +
      'It ends with the next reading.'
    );
  }
  const held = given('for') && `, at each reading for ${given('for')}`;
  const side = isBelow ? 'below' : 'above';
  const number =
    kind === 'rate'
      ? `${what} of ${devices} ${WAYS[given('direction')] ?? 'rises'} by more than ` +
        `${measured('bound')} per ${given('per') || '…'}, measured over ${given('over') || '…'}`
      : kind === 'window'
        ? `the ${AGGREGATES[given('aggregate')] ?? 'average'} of ${what} in ` +
          `${given('size') || '…'} of ${devices} is ${side} ${countless(given('aggregate'), measured('bound'), given('bound'))}`
        : `${what} of ${devices} is ${side} ${measured('bound')}`;
  const critical = severity !== 'critical' && given('critical');
  const graver = critical ? ` It becomes critical ${side} ${critical}.` : '';
  const clear = given('clear_at');
  const ends = `It ends when ${clear ? `it is back at ${clear}` : 'that is over'}.`;
  return `${begins} ${number}${held}.${graver} ${ends}`;
}

/** A number of values has no unit. */
const countless = (aggregate: string, measured: string, bare: string): string =>
  aggregate === 'count' ? bare || '…' : measured;

function devicesInWords(pattern: string): string {
  if (pattern === '*') return 'any device';
  if (pattern.endsWith('*')) return `a device whose id begins with ${pattern.slice(0, -1)}`;
  return pattern === '' ? '…' : `the device ${pattern}`;
}
