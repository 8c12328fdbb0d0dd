import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alertsConfig } from '../config.js';

const RULE = {
  name: 'hot',
  selector: { device: 'press-*', sensor: 'temperature_c' },
  condition: { kind: 'above', bound: 80 },
};
const file = join(mkdtempSync(join(tmpdir(), 'rules-')), 'rules.json');
const config = (content: unknown) => {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return alertsConfig({ ALERT_RULES_FILE: file });
};

test('rules of the file are read', () => {
  expect(config([RULE]).fileRules).toMatchObject([{ name: 'hot', enabled: true }]);
  expect(alertsConfig({}).fileRules).toBeUndefined();
});

test.each([
  ['{', 'not JSON'],
  [[RULE, RULE], 'rule hot is there twice'],
  [[{ ...RULE, severity: 'bad' }], 'rule hot: severity must be warning or critical'],
  [[{ ...RULE, selector: { device: '*' } }], 'rule hot: selector.sensor must be one of'],
  [[{ ...RULE, condition: { kind: 'above' } }], 'rule hot: condition.bound must be a number'],
  [
    [{ ...RULE, condition: { kind: 'above', bound: 80, clear_at: 90 } }],
    'rule hot: condition.clear_at must be the bound or below it',
  ],
  [
    [{ ...RULE, condition: { kind: 'silent', span: '1s' } }],
    'rule hot: condition.span must be 5s or longer',
  ],
  [[{ ...RULE, condition: { kind: 'loud' } }], 'rule hot: condition.kind must be one of'],
  [[{ ...RULE, message: '{{password}}' }], 'rule hot: message has {{password}}; allowed:'],
  [[{ ...RULE, name: 'x.above_max' }], 'must not end with .above_max'],
  [[7], 'rule number 1:'],
])('%j stops the worker with a line that says why', (content, why) =>
  expect(() => config(content)).toThrow(why),
);
