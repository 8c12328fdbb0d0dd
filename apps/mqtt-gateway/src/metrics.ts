import { INTAKE_REASONS, intakeMetrics } from '@iot/intake';
import { metricsIn, type Registry } from '@iot/metrics';
import { REASONS } from './core/judged.js';

/** The gateway's vocabulary. */
export type MqttMetrics = ReturnType<typeof mqttMetrics>;

export function mqttMetrics(registry: Registry) {
  const { counter, gauge } = metricsIn(registry);
  return {
    ...intakeMetrics(registry, INTAKE_REASONS),
    connected: gauge('mqtt_connected', '1 while all its subscriptions at the MQTT broker stand'),
    sessions: gauge('mqtt_sessions', 'Sessions at the broker that are this gateway’s'),
    connections: counter('mqtt_connections_total', 'Connections made to the MQTT broker'),
    received: counter('mqtt_messages_received_total', 'Messages received, redelivered ones too'),
    redelivered: counter(
      'mqtt_messages_redelivered_total',
      'Messages that the broker sent again, as it had no acknowledgement',
    ),
    recognised: counter(
      'mqtt_messages_recognised_total',
      'Messages sent again whose readings have neither time nor id, taken as what they were before',
    ),
    retained: counter(
      'mqtt_messages_retained_total',
      'Stored copies that the broker gives to a new subscription; they are not taken',
    ),
    others: counter(
      'mqtt_messages_of_others_total',
      'Messages of devices that belong to another session of the same filter; they are not taken',
    ),
    acknowledged: counter(
      'mqtt_messages_acknowledged_total',
      'Messages acknowledged to the broker',
    ),
    deadLettered: counter(
      'mqtt_messages_dead_lettered_total',
      'Messages put on the dead-letter topic, whole or for some of their readings',
      ['stage', 'reason'],
      { stage: ['intake'], reason: REASONS },
    ),
    inFlight: gauge('mqtt_messages_in_flight', 'Messages that are not acknowledged yet'),
    oldestSeconds: gauge(
      'mqtt_oldest_unacknowledged_seconds',
      'Age of the oldest message that is not acknowledged',
    ),
    paused: gauge('mqtt_paused', '1 while nothing is read from the broker for want of room'),
  };
}
