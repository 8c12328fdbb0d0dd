/** The body that makes or changes a receiver, for the OpenAPI document. */
export const RECEIVER_BODY = {
  type: 'object',
  required: ['name', 'kind'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', example: 'pager' },
    kind: { type: 'string', enum: ['webhook', 'email'] },
    enabled: { type: 'boolean', default: true },
    format: {
      type: 'string',
      enum: ['standard', 'alertmanager'],
      default: 'standard',
      description: 'Of a webhook: its body, by Standard Webhooks or as Alertmanager writes it (v4)',
    },
    url: { type: 'string', format: 'uri', example: 'https://hooks.example.com/alerts' },
    secret: {
      type: 'string',
      description: 'whsec_ and base64 of 24 to 64 bytes; absent: one is made, and told once',
    },
    authorization: { type: 'string', description: 'Value of the header Authorization' },
    url_env: {
      type: 'string',
      description: 'In place of url: a variable of the notifier, NOTIFY_RECEIVER_…',
    },
    secret_env: { type: 'string' },
    authorization_env: { type: 'string' },
    to: {
      type: 'array',
      items: { type: 'string', format: 'email' },
      description: 'Of e-mail',
    },
    rate_limit: {
      type: 'object',
      properties: {
        count: { type: 'integer', minimum: 1, default: 30 },
        per_s: { type: 'integer', minimum: 1, default: 60 },
      },
    },
  },
};
