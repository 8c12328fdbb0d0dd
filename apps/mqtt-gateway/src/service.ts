import type { ServiceDefinition } from '@iot/service';
import { acceptingParserFrom } from '@iot/telemetry';
import { gatewayConfig, type GatewayConfig } from './config.js';
import { GatewayModule } from './gateway.module.js';

/** The MQTT gateway as a service: for main.ts and for tests. */
export const gatewayService: ServiceDefinition<GatewayConfig> = {
  name: 'mqtt-gateway',
  config: gatewayConfig,
  modules: (config, log) => [GatewayModule.with(config, acceptingParserFrom(config), log)],
};
