import { dashboard, lines, row, stat } from '../panels.mjs';
import { http, processes, running } from '../parts.mjs';
import { quantile, rate } from '../queries.mjs';

const OURS = 'service="mqtt-gateway"';

export default dashboard(
  'mqtt',
  'MQTT gateway',
  'What comes from the MQTT broker, and how Kafka takes it.',
  [
    row('Now'),
    running('mqtt-gateway'),
    stat('Subscribed', '0: nothing comes from the broker.', 'none', 'min(mqtt_connected{$of})', {
      colors: { red: null, green: 1 },
    }),
    stat(
      'Received',
      'Messages a second, those that come again too.',
      'cps',
      rate('mqtt_messages_received_total'),
    ),
    stat(
      'Oldest',
      'Age of the oldest message that is not acknowledged.',
      's',
      'max(mqtt_oldest_unacknowledged_seconds{$of})',
      { colors: { green: null, yellow: 5, red: 60 } },
    ),
    row('Broker'),
    lines('Messages', 'cps', {
      received: rate('mqtt_messages_received_total'),
      acknowledged: rate('mqtt_messages_acknowledged_total'),
      'sent again': rate('mqtt_messages_redelivered_total'),
      recognised: rate('mqtt_messages_recognised_total'),
      'stored copies, not taken': rate('mqtt_messages_retained_total'),
      'of other sessions, not taken': rate('mqtt_messages_of_others_total'),
    }),
    lines('Not acknowledged yet', 'short', {
      '{{instance}}': 'sum by (instance) (mqtt_messages_in_flight{$of})',
    }),
    lines(
      'Set aside, by reason',
      'cps',
      { '{{reason}}': rate('mqtt_messages_dead_lettered_total', 'reason') },
      { stacked: true },
    ),
    lines(
      'Not reading',
      'none',
      { '{{instance}}': 'max by (instance) (mqtt_paused{$of})' },
      { description: '1: as much is under way to Kafka as may be; the broker keeps the rest.' },
    ),
    lines('Sessions', 'none', { '{{instance}}': 'max by (instance) (mqtt_sessions{$of})' }),
    lines('Connections made', 'cps', {
      '{{instance}}': rate('mqtt_connections_total', 'instance'),
    }),
    row('Kafka'),
    lines('Readings', 'cps', {
      accepted: rate('readings_accepted_total', '', OURS),
      refused: rate('readings_rejected_total', '', OURS),
    }),
    lines('Kafka acknowledges', 's', {
      p50: quantile(0.5, 'kafka_produce_duration_seconds', '', OURS),
      p99: quantile(0.99, 'kafka_produce_duration_seconds', '', OURS),
    }),
    lines('Sends that failed', 'cps', {
      'failed sends': rate('kafka_produce_failures_total', '', OURS),
    }),
    ...http('mqtt-gateway'),
    ...processes('mqtt-gateway'),
  ],
);
