import type { FormField, Values } from './form-values.js';
import { bodyOf } from './form-values.js';

/** What is wrong with a rule, by field, as one types. The API has the last word, by the same names. */

const NAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/;
const OF_THRESHOLDS = /\.(above_max|below_min)$/;
const SCOPE = /^(\*|[A-Za-z0-9._:-]{1,128}|[A-Za-z0-9._:-]{1,127}\*)$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/;
const PLACEHOLDERS = ['device', 'sensor', 'value', 'bound', 'unit', 'rule'];
const DURATION = /^([1-9]\d{0,5})([smhd])$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const LONGEST_MS = 31 * 86_400_000;
const SHORTEST_SILENCE_MS = 5000;
const GREATEST = 1e100;

const A_DURATION = 'a duration from 1s to 31d, such as 30s, 5m, 1h, 1d';
const REQUIRED_SPANS = new Set(['per', 'over', 'size', 'span']);
const SPANS = new Set([...REQUIRED_SPANS, 'for', 'max_gap']);

/** Milliseconds; undefined: it is no duration. */
export function durationMs(text: unknown): number | undefined {
  const match = typeof text === 'string' ? DURATION.exec(text) : null;
  const ms = match ? Number(match[1]) * UNIT_MS[match[2]!]! : NaN;
  return ms <= LONGEST_MS ? ms : undefined;
}

type Json = Readonly<Record<string, unknown>>;
type Wrong = (field: string, message: string) => void;

/** @param sensors names of the catalogue */
export function checkRule(
  fields: readonly FormField[],
  values: Values,
  sensors: readonly string[],
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const wrong: Wrong = (field, message) => void (found[field] ??= message);
  const rule = bodyOf(fields, values);
  checkName(rule['name'], wrong);
  checkMessage(rule['message'], wrong);
  checkLabels((rule['labels'] ?? {}) as Json, wrong);
  const selector = (rule['selector'] ?? {}) as Json;
  const condition = rule['condition'] as Json;
  if (!SCOPE.test(String(selector['device'] ?? '')))
    wrong('selector.device', 'An id, the beginning of ids and a *, or *');
  const sensor = selector['sensor'];
  if (sensor === undefined ? condition['kind'] !== 'silent' : !sensors.includes(String(sensor)))
    wrong('selector.sensor', 'Choose a sensor that there is');
  checkSpans(fields, condition, wrong);
  if (condition['kind'] === 'silent') checkSilence(condition, wrong);
  else checkBounds(condition, wrong);
  return found;
}

function checkName(name: unknown, wrong: Wrong): void {
  if (typeof name !== 'string') return wrong('name', 'A rule needs a name');
  if (!NAME.test(name))
    wrong('name', '1–64 of a–z 0–9 . _ - that begin and end with a letter or digit');
  else if (OF_THRESHOLDS.test(name))
    wrong('name', 'Names that end so are those of the thresholds in the environment');
}

function checkMessage(message: unknown, wrong: Wrong): void {
  if (typeof message !== 'string') return;
  if (message.length > 500) wrong('message', '500 characters at most');
  const unknown = (message.match(/\{\{[^{}]*\}\}/g) ?? []).find(
    (one) => !PLACEHOLDERS.includes(one.slice(2, -2)),
  );
  if (unknown !== undefined) wrong('message', `There is no ${unknown}`);
}

function checkLabels(labels: Json, wrong: Wrong): void {
  const all = Object.entries(labels);
  if (all.length > 20) wrong('labels', '20 labels at most');
  for (const [name, value] of all) {
    if (!LABEL.test(name))
      wrong('labels', `${name}: a name has letters, digits and _, and no digit first`);
    if (String(value).length > 200) wrong('labels', `${name}: 200 characters at most`);
  }
}

function checkSpans(fields: readonly FormField[], condition: Json, wrong: Wrong): void {
  for (const { name } of fields) {
    const part = name.startsWith('condition.') ? name.slice('condition.'.length) : '';
    if (!SPANS.has(part)) continue;
    const value = condition[part];
    if (value === undefined ? REQUIRED_SPANS.has(part) : durationMs(value) === undefined)
      wrong(name, `It is ${A_DURATION}`);
  }
  if (condition['max_gap'] !== undefined && condition['for'] === undefined)
    wrong('condition.max_gap', 'It means something only with “For”');
}

function checkSilence({ span, critical }: Json, wrong: Wrong): void {
  const ms = durationMs(span);
  if (ms !== undefined && ms < SHORTEST_SILENCE_MS) wrong('condition.span', 'It is 5s or longer');
  if (critical === undefined) return;
  const longer = durationMs(critical);
  if (longer === undefined) wrong('condition.critical', `It is ${A_DURATION}`);
  else if (ms !== undefined && longer <= ms)
    wrong('condition.critical', 'It is longer than the silence that begins the alert');
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Math.abs(value) <= GREATEST;

function checkBounds(condition: Json, wrong: Wrong): void {
  const { bound, clear_at, critical } = condition;
  const isBelow = condition['kind'] === 'below' || condition['is'] === 'below';
  for (const [name, value] of Object.entries({ bound, clear_at, critical }))
    if (value === undefined ? name === 'bound' : !isNumber(value))
      wrong(`condition.${name}`, 'It is a number, such as 21.5');
  if (!isNumber(bound)) return;
  if (isNumber(clear_at) && (isBelow ? clear_at < bound : clear_at > bound))
    wrong('condition.clear_at', `It is the bound or ${isBelow ? 'above' : 'below'} it`);
  if (isNumber(critical) && (isBelow ? critical >= bound : critical <= bound))
    wrong('condition.critical', `It is ${isBelow ? 'below' : 'above'} the bound`);
}
