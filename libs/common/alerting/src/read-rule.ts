import { MAX_MAGNITUDE, type FieldError } from '@iot/telemetry';
import { DURATION_RULE, parseDuration } from './duration.js';
import { PLACEHOLDERS, unknownPlaceholders } from './message.js';
import { AGGREGATES, DIRECTIONS, type Condition, type Rule } from './rule.js';
import { readSelector } from './selector.js';

export const RULE_NAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/;
const MAX_MESSAGE = 500;
const MAX_LABELS = 20;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/;
const MAX_LABEL_VALUE = 200;
const MIN_SILENCE_MS = 5000;

const FIELDS = ['name', 'enabled', 'severity', 'message', 'labels', 'selector', 'condition'];
const BOUNDED = ['kind', 'bound', 'clear_at', 'critical', 'for', 'max_gap'];
/** The fields of each kind of condition. */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  above: BOUNDED,
  below: BOUNDED,
  rate: [...BOUNDED, 'per', 'over', 'direction'],
  window: [...BOUNDED, 'size', 'aggregate', 'is'],
  silent: ['kind', 'span', 'critical'],
};
/** Names of these are made of the thresholds in the environment. */
const OF_THRESHOLDS = /\.(above_max|below_min)$/;

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks a rule from outside: of a request, a file or a ConfigMap.
 * @param sensors names of the catalogue
 * @returns the rule, or everything that is wrong with it
 */
export function readRule(
  value: unknown,
  sensors: ReadonlySet<string>,
): { rule: Rule } | { errors: FieldError[] } {
  if (!isObject(value))
    return { errors: [{ field: '', message: `must be an object of ${FIELDS.join(', ')}` }] };
  const errors: FieldError[] = [];
  const wrong = (field: string, message: string): void => void errors.push({ field, message });
  known(value, FIELDS, '', wrong);
  const { name, enabled = true, severity = 'warning', message = null, labels = {} } = value;
  if (typeof name !== 'string' || !RULE_NAME.test(name))
    wrong('name', 'must be 1–64 of a-z 0-9 . _ - that begin and end with a letter or digit');
  else if (OF_THRESHOLDS.test(name))
    wrong('name', 'must not end with .above_max or .below_min, as rules of thresholds do');
  if (typeof enabled !== 'boolean') wrong('enabled', 'must be true or false');
  if (severity !== 'warning' && severity !== 'critical')
    wrong('severity', 'must be warning or critical');
  readMessage(message, wrong);
  readLabels(labels, wrong);
  const selector = readSelector(value['selector'], sensors, errors);
  const condition = readCondition(value['condition'], severity, wrong);
  if (selector && condition && condition.kind !== 'silent' && selector.sensor === undefined)
    wrong('selector.sensor', `must be one of ${[...sensors].join(', ')}`);
  if (errors.length > 0) return { errors };
  const rule = { name, enabled, severity, message, labels, selector, condition };
  return { rule: rule as unknown as Rule };
}

type Wrong = (field: string, message: string) => void;

function known(value: Fields, fields: readonly string[], at: string, wrong: Wrong): void {
  for (const field of Object.keys(value).filter((one) => !fields.includes(one)))
    wrong(`${at}${field}`, `is unknown; allowed: ${fields.join(', ')}`);
}

function readMessage(message: unknown, wrong: Wrong): void {
  if (message === null) return;
  if (typeof message !== 'string' || message.length === 0 || message.length > MAX_MESSAGE)
    return wrong('message', `must be text of 1 to ${MAX_MESSAGE} characters`);
  const unknown = unknownPlaceholders(message);
  if (unknown.length > 0)
    wrong('message', `has ${unknown[0]}; allowed: ${PLACEHOLDERS.join(', ')}`);
}

function readLabels(labels: unknown, wrong: Wrong): void {
  if (!isObject(labels) || Object.keys(labels).length > MAX_LABELS)
    return wrong('labels', `must be an object of at most ${MAX_LABELS} labels`);
  for (const [name, value] of Object.entries(labels)) {
    if (!LABEL_NAME.test(name))
      wrong(`labels.${name}`, 'must have a name of letters, digits and _, no digit first');
    if (typeof value !== 'string' || value.length > MAX_LABEL_VALUE)
      wrong(`labels.${name}`, `must be text of at most ${MAX_LABEL_VALUE} characters`);
  }
}

function readCondition(value: unknown, severity: unknown, report: Wrong): Condition | undefined {
  const kinds = Object.keys(CONDITIONS).join(', ');
  if (!isObject(value)) return void report('condition', `must be an object with a kind: ${kinds}`);
  const kind = value['kind'];
  if (typeof kind !== 'string' || !Object.hasOwn(CONDITIONS, kind))
    return void report('condition.kind', `must be one of ${kinds}`);
  let right = true;
  const wrong: Wrong = (field, message) => {
    right = false;
    report(`condition.${field}`, message);
  };
  known(value, CONDITIONS[kind]!, '', wrong);
  if (value['critical'] !== undefined && severity === 'critical')
    wrong('critical', 'must be absent where the severity is critical already');
  if (kind === 'silent') readSilent(value, wrong);
  else readBounded(kind, value, wrong);
  return right ? (value as unknown as Condition) : undefined;
}

function readSilent({ span, critical }: Fields, wrong: Wrong): void {
  const ms = duration('span', span, wrong);
  if (ms !== undefined && ms < MIN_SILENCE_MS) wrong('span', 'must be 5s or longer');
  if (critical === undefined) return;
  const longer = duration('critical', critical, wrong);
  if (ms !== undefined && longer !== undefined && longer <= ms)
    wrong('critical', 'must be longer than span');
}

function readBounded(kind: string, value: Fields, wrong: Wrong): void {
  const bound = number('bound', value['bound'], wrong);
  const clearAt = optional(number, 'clear_at', value, wrong);
  const critical = optional(number, 'critical', value, wrong);
  const held = optional(duration, 'for', value, wrong);
  optional(duration, 'max_gap', value, wrong);
  if (value['max_gap'] !== undefined && value['for'] === undefined && held === undefined)
    wrong('max_gap', 'must be absent where there is no for');
  if (kind === 'rate') {
    duration('per', value['per'], wrong);
    duration('over', value['over'], wrong);
    oneOf('direction', value['direction'] ?? 'rising', DIRECTIONS, wrong);
  }
  if (kind === 'window') {
    duration('size', value['size'], wrong);
    oneOf('aggregate', value['aggregate'], AGGREGATES, wrong);
    oneOf('is', value['is'], ['above', 'below'], wrong);
  }
  const below = kind === 'below' || value['is'] === 'below';
  const side = below ? 'above' : 'below';
  if (bound === undefined) return;
  if (clearAt !== undefined && (below ? clearAt < bound : clearAt > bound))
    wrong('clear_at', `must be the bound or ${side} it, or the alert ends while it holds`);
  if (critical !== undefined && (below ? critical >= bound : critical <= bound))
    wrong('critical', `must be ${below ? 'below' : 'above'} the bound`);
}

function optional(
  read: (field: string, value: unknown, wrong: Wrong) => number | undefined,
  field: string,
  value: Fields,
  wrong: Wrong,
): number | undefined {
  return value[field] === undefined ? undefined : read(field, value[field], wrong);
}

function number(field: string, value: unknown, wrong: Wrong): number | undefined {
  if (typeof value === 'number' && Math.abs(value) <= MAX_MAGNITUDE) return value;
  return void wrong(field, 'must be a number from -1e100 to 1e100, as values are');
}

function duration(field: string, value: unknown, wrong: Wrong): number | undefined {
  const ms = parseDuration(value);
  return ms ?? void wrong(field, DURATION_RULE);
}

function oneOf(field: string, value: unknown, allowed: readonly string[], wrong: Wrong): void {
  if (!allowed.includes(value as string)) wrong(field, `must be one of ${allowed.join(', ')}`);
}
