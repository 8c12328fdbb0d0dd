import {
  ConfigError,
  integer,
  kafkaEnv,
  loadConfig,
  readingEnv,
  serviceEnv,
  text,
} from '@iot/config';
import { checkBuffer, intakeEnv, mqttTopicsEnv, overlap } from '@iot/intake';
import { brokerEnv, credentialsOf } from '@iot/mqtt';

/** The environment of the MQTT gateway. */
export const mqttEnv = {
  ...serviceEnv('mqtt-gateway'),
  ...kafkaEnv,
  ...readingEnv,
  ...intakeEnv,
  ...brokerEnv,
  ...mqttTopicsEnv,
  MQTT_CLIENT_ID: text({
    default: 'iot-mqtt-gateway',
    pattern: /^[A-Za-z0-9._-]{1,100}$/,
    allowed: '1–100 of A-Z a-z 0-9 . _ -',
    desc: 'names the sessions at the MQTT broker, followed by a fingerprint of the topic',
  }),
  MQTT_MAX_IN_FLIGHT: integer({
    default: 2000,
    min: 1,
    max: 16_000,
    desc: 'messages taken from the MQTT broker and not acknowledged, at most',
  }),
  MQTT_SHARES: integer({
    default: 1,
    min: 1,
    max: 64,
    desc: 'sessions for each topic filter, each with the devices whose hash falls to it',
  }),
  MQTT_GROUP: text({
    default: '',
    pattern: /^$|^[A-Za-z0-9._-]{1,200}$/,
    allowed: '1–200 of A-Z a-z 0-9 . _ -, or nothing',
    desc: 'consumer group by which several gateways divide the sessions; empty: this one has all',
  }),
  MQTT_JOURNAL_TOPIC: text({
    default: 'telemetry.mqtt',
    pattern: /^(?!\.{1,2}$)(?!__)[a-zA-Z0-9._-]{1,200}$/,
    allowed: 'a Kafka topic name',
    desc: 'topic that remembers messages whose readings have neither ts nor event_id',
  }),
};

export type MqttConfig = ReturnType<typeof loadConfig<typeof mqttEnv>>;

/** @throws ConfigError naming what is wrong */
export function mqttConfig(env: NodeJS.ProcessEnv = process.env): MqttConfig {
  const config = loadConfig(mqttEnv, env);
  checkBuffer(config);
  credentialsOf(config);
  for (const [i, filter] of config.MQTT_TOPICS.entries())
    for (const other of config.MQTT_TOPICS.slice(i + 1))
      if (overlap(filter, other))
        throw new ConfigError(
          `MQTT_TOPICS has ${filter} and ${other}; allowed: filters of which no two match the same topic, or its messages come twice`,
        );
  return config;
}
