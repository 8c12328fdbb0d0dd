import { readRule } from '@iot/alerting';
import fc from 'fast-check';
import { checkRule } from '../apps/dashboard-web/src/core/check-rule.js';
import { bodyOf, wrongsOf, type Values } from '../apps/dashboard-web/src/core/form-values.js';
import { ruleFields } from '../apps/dashboard-web/src/core/rule-form.js';

const SENSORS = ['temperature_c', 'humidity'];
const some = fc.constantFrom;
const number = some('', '5', '80', '80', '-3', '1e101', 'high', ' 7 ');
const span = some('', '1s', '5s', '5m', '31d', '32d', '0s', '1 h');

const typed: fc.Arbitrary<Values> = fc.record({
  name: some('', 'hot', 'Hot', 'x.above_max', '-a', 'a'.repeat(65)),
  enabled: fc.boolean(),
  severity: some('warning', 'critical'),
  message: some('', 'it is {{value}}', '{{colour}}', 'x'.repeat(501)),
  labels: some('', 'team=presses', '1st=x', `a=${'x'.repeat(201)}`, 'no equals'),
  'selector.device': some('', '*', 'press-*', 'press 1', 'a'),
  'selector.sensor': some('', 'humidity', 'radiation'),
  'condition.kind': some('above', 'below', 'rate', 'window', 'silent'),
  'condition.bound': number,
  'condition.clear_at': number,
  'condition.critical': fc.oneof(number, span),
  'condition.for': span,
  'condition.max_gap': span,
  'condition.per': span,
  'condition.over': span,
  'condition.size': span,
  'condition.span': span,
  'condition.direction': some('rising', 'falling', 'either'),
  'condition.aggregate': some('avg', 'min', 'max', 'count'),
  'condition.is': some('above', 'below'),
});

/** The API asks for a sensor only when all the rest of selector and condition is right. */
const LATE = 'selector.sensor';

it('finds the fields of a rule wrong that the API does, whatever was typed', () =>
  fc.assert(
    fc.property(typed, (values) => {
      const fields = ruleFields(values, SENSORS, true);
      const read = readRule(bodyOf(fields, values), new Set(SENSORS));
      const errors = 'errors' in read ? read.errors : [];
      const { byField, others } = wrongsOf(
        fields.map(({ name }) => name),
        errors.filter(({ field }) => field !== 'selector'),
      );
      const found = Object.keys(checkRule(fields, values, SENSORS));
      const without = (names: string[]) => names.filter((name) => name !== LATE).sort();
      // Where nothing of the selector is given, the API misses it as a whole.
      const whole = errors.some(({ field }) => field === 'selector') ? ['selector.device'] : [];
      expect(without(found)).toEqual(without([...Object.keys(byField), ...whole]));
      expect(others).toEqual([]);
      if (errors.length === 0) expect(found).toEqual([]);
      if (byField[LATE] !== undefined) expect(found).toContain(LATE);
    }),
    { numRuns: 1000 },
  ));
