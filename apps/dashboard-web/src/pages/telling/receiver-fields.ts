import type { FormField, Values } from '../../core/form-values.js';

const text = (name: string, label: string, hint: string): FormField => ({
  name,
  kind: 'text',
  label,
  hint,
});
const secret = (name: string, label: string, hint: string): FormField => ({
  ...text(name, label, hint),
  kind: 'secret',
});
const whole = (name: string, label: string, hint: string): FormField => ({
  ...text(name, label, hint),
  kind: 'number',
});

const webhook = (isNew: boolean): readonly FormField[] => {
  const stays = isNew ? '' : '; empty: it stays as it is';
  return [
    {
      ...text('format', 'Form', 'What its body looks like'),
      kind: 'choice',
      options: [
        ['standard', 'Standard Webhooks'],
        ['alertmanager', 'as Alertmanager writes it'],
      ],
    },
    secret('url', 'Address', `https://… ; it is not shown again${stays}`),
    secret('authorization', 'Authorization', `Value of that header, where one is wanted${stays}`),
    secret('secret', 'Secret', isNew ? 'Empty: one is made, and shown once' : `whsec_…${stays}`),
    text('url_env', 'Variable of the address', 'In place of it: NOTIFY_RECEIVER_… of the notifier'),
    text('secret_env', 'Variable of the secret', 'In place of it: NOTIFY_RECEIVER_…'),
    text(
      'authorization_env',
      'Variable of the authorization',
      'In place of it, where one is wanted',
    ),
  ];
};

/** The form of a receiver. @param isNew its name and kind stay as they were made */
export const receiverFields = ({ kind }: Values, isNew: boolean): readonly FormField[] => [
  { ...text('name', 'Name', 'Routes name it'), isFixed: !isNew },
  {
    ...text('kind', 'Told by', 'How alerts get there'),
    kind: 'choice',
    isFixed: !isNew,
    options: [
      ['webhook', 'webhook'],
      ['email', 'e-mail'],
    ],
  },
  { name: 'enabled', kind: 'check', label: 'In use' },
  ...(kind === 'email'
    ? [{ ...text('to', 'To', 'Addresses, with commas between them'), kind: 'list' as const }]
    : webhook(isNew)),
  whole('rate_limit.count', 'At most', 'Notifications; what is beyond waits'),
  whole('rate_limit.per_s', 'In seconds', 'So many of them in this time'),
];

export const NEW_RECEIVER: Values = {
  kind: 'webhook',
  enabled: true,
  format: 'standard',
  'rate_limit.count': '30',
  'rate_limit.per_s': '60',
};
