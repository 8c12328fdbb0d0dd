/** The body that makes or changes a route, for the OpenAPI document. */
export const ROUTE_BODY = {
  type: 'object',
  required: ['name', 'receiver'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', example: 'presses-to-pager' },
    enabled: { type: 'boolean', default: true },
    receiver: { type: 'string', example: 'pager' },
    match: {
      type: 'object',
      properties: {
        selector: {
          type: 'object',
          required: ['device'],
          properties: {
            device: { type: 'string', example: 'plant-7.*' },
            sensor: { type: 'string', example: 'temperature_c' },
          },
        },
        rule: { type: 'string' },
        severity: { type: 'array', items: { type: 'string', enum: ['warning', 'critical'] } },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
      },
    },
    group_by: {
      type: 'array',
      items: { type: 'string' },
      default: ['rule'],
      description: 'device_id, sensor_type, rule, severity or label:NAME; empty: all together',
    },
    group_wait_s: { type: 'integer', minimum: 0, maximum: 3600, default: 10 },
    group_interval_s: { type: 'integer', minimum: 0, maximum: 86_400, default: 60 },
    repeat_interval_s: { type: 'integer', minimum: 0, default: 0 },
    send_resolved: { type: 'boolean', default: true },
  },
};
