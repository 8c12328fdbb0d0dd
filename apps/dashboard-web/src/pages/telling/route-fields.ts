import type { FormField, Values } from '../../core/form-values.js';

const WHICH = 'Which alerts';
const HOW = 'How they are told';

const field = (
  name: string,
  kind: FormField['kind'],
  label: string,
  hint: string,
  group: string,
): FormField => ({ name, kind, label, hint, group });

/** The form of a route. @param receivers names */
export const routeFields = (
  receivers: readonly string[],
  sensors: readonly string[],
  isNew: boolean,
): readonly FormField[] => [
  { ...field('name', 'text', 'Name', 'For people, and in notifications', HOW), isFixed: !isNew },
  {
    ...field('receiver', 'choice', 'Receiver', 'Whom it tells', HOW),
    options: [['', 'choose one'], ...receivers.map((name) => [name, name] as const)],
  },
  { name: 'enabled', kind: 'check', label: 'In use', group: HOW },
  { name: 'send_resolved', kind: 'check', label: 'Tells the end too', group: HOW },
  {
    ...field('group_by', 'list', 'Together by', 'What alerts of one message have in common', HOW),
    hint: 'device_id, sensor_type, rule, severity, label:NAME; alerts alike in these go out together',
    whenEmpty: [],
  },
  field(
    'group_wait_s',
    'number',
    'First wait, s',
    'How long the first alert waits for others',
    HOW,
  ),
  field('group_interval_s', 'number', 'Then each, s', 'Least time between two messages', HOW),
  field(
    'repeat_interval_s',
    'number',
    'Repeat after, s',
    'Until somebody acknowledges; 0: never',
    HOW,
  ),
  field(
    'match.selector.device',
    'text',
    'Devices',
    'An id, the beginning of ids and a *; empty: all',
    WHICH,
  ),
  {
    ...field('match.selector.sensor', 'choice', 'Sensor', 'Only with devices', WHICH),
    options: [['', 'any'], ...sensors.map((name) => [name, name] as const)],
  },
  field('match.rule', 'text', 'Rule', 'Name of a rule; empty: any', WHICH),
  field('match.severity', 'list', 'Severity', 'warning, critical; empty: both', WHICH),
  field(
    'match.labels',
    'pairs',
    'Labels',
    'A line each, such as team=presses; all must be there',
    WHICH,
  ),
];

export const NEW_ROUTE: Values = {
  enabled: true,
  send_resolved: true,
  receiver: '',
  group_by: 'rule',
  group_wait_s: '10',
  group_interval_s: '60',
  repeat_interval_s: '0',
};
