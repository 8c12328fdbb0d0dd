import { integer, list } from '@iot/config';
import { isTopicFilter } from './core/topic-filter.js';

/** Variables of who must know on which MQTT topics readings come, and from which device. */
export const mqttTopicsEnv = {
  MQTT_TOPICS: list({
    default: ['sensors/#'],
    pattern: isTopicFilter,
    allowed: 'MQTT topic filters such as sensors/#, comma-separated, and no $share',
    desc: 'topics of readings; the gateway has a session for each',
  }),
  MQTT_DEVICE_LEVEL: integer({
    default: 2,
    min: 0,
    max: 100,
    desc: 'level of the MQTT topic that names the device, from 1; 0: topics name none',
  }),
};
