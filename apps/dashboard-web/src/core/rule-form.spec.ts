import { checkRule, durationMs } from './check-rule.js';
import { bodyOf, type Values } from './form-values.js';
import { NEW_RULE, ruleFields, valuesOfRule } from './rule-form.js';
import { ruleInWords } from './rule-words.js';

const SENSORS = ['temperature_c', 'humidity'];
const RULES = [
  {
    name: 'hot',
    enabled: true,
    severity: 'warning',
    message: 'it is {{value}}',
    labels: { team: 'presses' },
    selector: { device: 'press-*', sensor: 'temperature_c' },
    condition: { kind: 'above', bound: 80, clear_at: 75, critical: 95, for: '2m', max_gap: '5m' },
  },
  {
    name: 'fast',
    enabled: false,
    severity: 'critical',
    selector: { device: '*', sensor: 'humidity' },
    condition: { kind: 'rate', bound: 5, per: '1m', over: '5m', direction: 'falling' },
  },
  {
    name: 'few',
    enabled: true,
    severity: 'warning',
    selector: { device: 'a', sensor: 'humidity' },
    condition: { kind: 'window', size: '1h', aggregate: 'count', is: 'below', bound: 10 },
  },
  {
    name: 'gone',
    enabled: true,
    severity: 'warning',
    selector: { device: '*' },
    condition: { kind: 'silent', span: '5m', critical: '1h' },
  },
] as const;
const fieldsOf = (values: Values) => ruleFields(values, SENSORS, false);

describe('the form of a rule', () => {
  it.each(RULES)('shows $name as it is, and finds nothing wrong', (rule) => {
    const values = valuesOfRule(rule);
    expect(bodyOf(fieldsOf(values), values)).toEqual(rule);
    expect(checkRule(fieldsOf(values), values, SENSORS)).toEqual({});
  });

  it('asks of a new rule what it cannot do without', () =>
    expect(Object.keys(checkRule(fieldsOf(NEW_RULE), NEW_RULE, SENSORS)).sort()).toEqual([
      'condition.bound',
      'name',
      'selector.sensor',
    ]));

  const bad: readonly (readonly [field: string, value: string])[] = [
    ['name', 'Hot Press'],
    ['name', 'x.above_max'],
    ['message', '{{colour}}'],
    ['labels', '1st=x'],
    ['selector.device', 'press 1'],
    ['selector.sensor', 'radiation'],
    ['condition.bound', 'high'],
    ['condition.bound', '1e101'],
    ['condition.clear_at', '81'],
    ['condition.critical', '80'],
    ['condition.for', '1 hour'],
    ['condition.for', '32d'],
  ];
  it.each(bad)('says what is wrong with %s: %s', (field, value) => {
    const values = { ...valuesOfRule(RULES[0]), [field]: value };
    expect(Object.keys(checkRule(fieldsOf(values), values, SENSORS))).toEqual([field]);
  });

  it('knows durations', () =>
    expect(['30s', '31d', '0s', '1w', '', undefined].map(durationMs)).toEqual([
      30_000,
      2_678_400_000,
      undefined,
      undefined,
      undefined,
      undefined,
    ]));

  it('says in words what a rule does', () =>
    expect(RULES.map((rule) => ruleInWords(valuesOfRule(rule), '°C'))).toEqual([
      'Raises a warning when temperature of a device whose id begins with press- is above 80 °C, at each reading for 2m. It becomes critical above 95. It ends when it is back at 75.',
      'Raises a critical alert when humidity of any device falls by more than 5 °C per 1m, measured over 5m. It ends when that is over.',
      'Raises a warning when the number of values of humidity in 1h of the device a is below 10. It ends when that is over.',
      'Raises a warning when any device sent nothing for 5m; it becomes critical after 1h. It ends with the next reading.',
    ]));
});
