import type { ServiceDefinition } from '@iot/service';
import { acceptingParserFrom } from '@iot/telemetry';
import { mqttConfig, type MqttConfig } from './config.js';
import { MqttModule } from './mqtt.module.js';

/** The MQTT gateway as a service: for main.ts and for tests. */
export const service: ServiceDefinition<MqttConfig> = {
  name: 'mqtt-gateway',
  config: mqttConfig,
  modules: (config, log) => [MqttModule.forRoot(config, acceptingParserFrom(config), log)],
};
