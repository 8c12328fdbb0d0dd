import { readSelector } from '@iot/alerting';
import type { RouteDocument, RouteMatch } from '@iot/mongo';
import { Checks, type FieldError } from './checks.js';
import { isName, NAME_RULE, type Checked } from './receiver.js';

/** A route as somebody writes it, checked. */
export interface RouteInput {
  readonly name: string;
  readonly fields: Omit<RouteDocument, '_id' | 'source' | 'version' | 'created_at' | 'updated_at'>;
}

const DAY_S = 86_400;
const NAME = { test: isName } as RegExp;
const GROUP_BY = /^(device_id|sensor_type|rule|severity|label:.{1,64})$/s;
const KNOWN = [
  'name',
  'enabled',
  'receiver',
  'match',
  'group_by',
  'group_wait_s',
  'group_interval_s',
  'repeat_interval_s',
  'send_resolved',
];

export function checkRoute(json: unknown): Checked<RouteInput> {
  const checks = new Checks(json, KNOWN);
  const name = checks.required('name', NAME, NAME_RULE);
  const fields = {
    enabled: checks.flag('enabled', true),
    receiver: checks.required('receiver', NAME, 'the name of a receiver'),
    match: matchOf(checks),
    group_by: checks.texts(
      'group_by',
      GROUP_BY,
      8,
      'device_id, sensor_type, rule, severity or label:NAME',
    ) ?? ['rule'],
    group_wait_s: checks.whole('group_wait_s', 0, 3600, 10),
    group_interval_s: checks.whole('group_interval_s', 0, DAY_S, 60),
    repeat_interval_s: checks.whole('repeat_interval_s', 0, 30 * DAY_S, 0),
    send_resolved: checks.flag('send_resolved', true),
  };
  if (fields.repeat_interval_s > 0 && fields.repeat_interval_s < 60)
    checks.say('repeat_interval_s', 'must be 0 (never) or at least 60');
  return checks.errors.length > 0 ? { errors: checks.errors } : { value: { name, fields } };
}

function matchOf(checks: Checks): RouteMatch {
  const all = { selector: { device: '*' } };
  if (!checks.has('match')) return all;
  const known = ['selector', 'rule', 'severity', 'labels'];
  const inner = new Checks(checks.raw('match'), known, 'match');
  const selector = inner.has('selector') ? selectorOf(inner) : all.selector;
  const rule = inner.text('rule', /^.{1,128}$/s, 'the name of a rule');
  const severity = inner.texts('severity', /^(warning|critical)$/, 2, 'warning, critical');
  const labels = inner.has('labels') ? labelsOf(inner) : undefined;
  checks.errors.push(...inner.errors);
  return {
    selector: selector ?? all.selector,
    ...(rule !== undefined && { rule }),
    ...(severity && { severity }),
    ...(labels && { labels }),
  };
}

function selectorOf(inner: Checks): RouteMatch['selector'] | undefined {
  const errors: FieldError[] = [];
  const selector = readSelector(inner.raw('selector'), undefined, errors, 'match.selector');
  for (const { field, message } of errors)
    inner.errors.push({ field, message: `${field} ${message}` });
  return selector;
}

function labelsOf(inner: Checks): Record<string, string> {
  const labels = inner.raw('labels');
  const entries = typeof labels === 'object' && labels !== null ? Object.entries(labels) : [];
  const fits =
    !Array.isArray(labels) &&
    typeof labels === 'object' &&
    entries.length <= 16 &&
    entries.every(
      ([name, value]) => name.length <= 64 && typeof value === 'string' && value.length <= 256,
    );
  if (!fits) inner.say('labels', 'must be an object of at most 16 names, each with a text');
  return fits ? (Object.fromEntries(entries) as Record<string, string>) : {};
}
