import { valuesOf, type FormField, type Values } from './form-values.js';

/** The form of an alert rule: which fields each kind has, and what each of them means. */

export const KINDS = [
  ['above', 'a value is above a bound'],
  ['below', 'a value is below a bound'],
  ['rate', 'a value changes too fast'],
  ['window', 'the values of a window, taken together, are beyond a bound'],
  ['silent', 'a device sends nothing'],
] as const;

const WHOM = 'About which readings';
const WHEN = 'When';
const WHAT = 'What is raised';

const DURATION = 'such as 30s, 5m, 1h, 1d';

const text = (name: string, label: string, group: string, hint: string): FormField => ({
  name,
  kind: 'text',
  label,
  group,
  hint,
});
const bound = (name: string, label: string, hint: string): FormField => ({
  name: `condition.${name}`,
  kind: 'number',
  label,
  group: WHEN,
  hint,
});
const span = (name: string, label: string, hint: string): FormField =>
  text(`condition.${name}`, label, WHEN, hint);

const HELD: readonly FormField[] = [
  span(
    'for',
    'For',
    `How long it must hold before the alert is raised, ${DURATION}; empty: at once`,
  ),
  span('max_gap', 'Longest gap', 'Without readings for longer, it counts anew; empty: as “For”'),
];

const bounds = (severity: unknown): readonly FormField[] => [
  bound('bound', 'Bound', 'In the unit of the sensor'),
  bound('clear_at', 'Clear at', 'The alert ends when it is back at this; empty: at the bound'),
  ...(severity === 'critical'
    ? []
    : [bound('critical', 'Critical at', 'A warning becomes critical beyond it; empty: never')]),
];

const CHANGE: readonly FormField[] = [
  span('per', 'Per', `The bound is a change in so much time, ${DURATION}`),
  span('over', 'Measured over', `Against the reading of so long ago, ${DURATION}`),
  {
    ...span('direction', 'Direction', 'Which way it changes'),
    kind: 'choice',
    options: [
      ['rising', 'rising'],
      ['falling', 'falling'],
      ['either', 'either way'],
    ],
  },
];

const WINDOW: readonly FormField[] = [
  span('size', 'Window', `How long a window is, ${DURATION}; windows begin at full units of it`),
  {
    ...span('aggregate', 'Of it the', 'What is taken of its values'),
    kind: 'choice',
    options: [
      ['avg', 'average'],
      ['min', 'least value'],
      ['max', 'greatest value'],
      ['count', 'number of values'],
    ],
  },
  {
    ...span('is', 'Is', 'Which side of the bound raises the alert'),
    kind: 'choice',
    options: [
      ['above', 'above the bound'],
      ['below', 'below the bound'],
    ],
  },
];

const silence = (severity: unknown): readonly FormField[] => [
  span('span', 'Silent for', `5s or longer, ${DURATION}`),
  ...(severity === 'critical'
    ? []
    : [span('critical', 'Critical after', 'A longer silence makes it critical; empty: never')]),
];

function conditionOf(kind: unknown, severity: unknown): readonly FormField[] {
  if (kind === 'silent') return silence(severity);
  if (kind === 'rate') return [...bounds(severity), ...CHANGE, ...HELD];
  if (kind === 'window') return [...WINDOW, ...bounds(severity), ...HELD];
  return [...bounds(severity), ...HELD];
}

/**
 * The fields that a rule of this kind has.
 * @param sensors names of the catalogue
 * @param isNew a rule keeps the name that it was made with
 */
export function ruleFields(
  values: Values,
  sensors: readonly string[],
  isNew: boolean,
): readonly FormField[] {
  const kind = values['condition.kind'];
  const sensor = values['selector.sensor'];
  const isKnown = sensor === '' || sensor === undefined || sensors.includes(String(sensor));
  const known = isKnown ? sensors : [...sensors, String(sensor)];
  return [
    {
      ...text('name', 'Name', WHAT, 'a–z, 0–9 and . _ - ; alerts are known by it'),
      isFixed: !isNew,
    },
    { name: 'enabled', kind: 'check', label: 'In force', group: WHAT },
    {
      ...text('severity', 'Severity', WHAT, 'How grave it is when it begins'),
      kind: 'choice',
      options: [
        ['warning', 'warning'],
        ['critical', 'critical'],
      ],
    },
    text(
      'message',
      'Message',
      WHAT,
      'May take up {{device}}, {{sensor}}, {{value}}, {{bound}}, {{unit}}, {{rule}}; empty: a text is made',
    ),
    {
      ...text('labels', 'Labels', WHAT, 'For routes: a line each, such as team=presses'),
      kind: 'pairs',
    },
    text(
      'selector.device',
      'Devices',
      WHOM,
      'An id; the beginning of ids and a *, such as plant-7.*; or * for all',
    ),
    {
      ...text('selector.sensor', 'Sensor', WHOM, 'What of the device is judged'),
      kind: 'choice',
      options: [
        ['', kind === 'silent' ? 'any: the device as a whole' : 'choose one'],
        ...known.map((name) => [name, name] as const),
      ],
    },
    {
      ...text('condition.kind', 'The alert is raised when', WHEN, 'What is judged'),
      kind: 'choice',
      options: KINDS,
    },
    ...conditionOf(kind, values['severity']),
  ];
}

/** What a new rule begins as. */
export const NEW_RULE: Values = {
  name: '',
  enabled: true,
  severity: 'warning',
  'selector.device': '*',
  'selector.sensor': '',
  'condition.kind': 'above',
  'condition.direction': 'rising',
  'condition.aggregate': 'avg',
  'condition.is': 'above',
};

/** The values of a rule that is there. */
export function valuesOfRule(rule: Readonly<Record<string, unknown>>): Values {
  const { kind } = (rule['condition'] ?? {}) as { kind?: string };
  const shape = { 'condition.kind': kind ?? 'above', severity: String(rule['severity']) };
  const held = valuesOf(ruleFields(shape, [], false), rule);
  // What the rule says nothing of is as it is by itself: so a list of choices has something chosen.
  const said = Object.entries(held).filter(([, value]) => value !== '');
  return { ...NEW_RULE, ...Object.fromEntries(said) };
}
