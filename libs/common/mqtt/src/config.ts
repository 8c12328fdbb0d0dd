import { readFileSync } from 'node:fs';
import { ConfigError, integer, oneOf, text, type loadConfig } from '@iot/config';

const isBrokerUrl = (input: string): boolean => {
  const url = URL.parse(input);
  return url !== null && /^(mqtts?|wss?):$/.test(url.protocol) && url.hostname !== '';
};

/** Variables of a connection to an MQTT broker. */
export const brokerEnv = {
  MQTT_URL: text({
    default: 'mqtt://localhost:1883',
    pattern: isBrokerUrl,
    allowed: 'mqtt://, mqtts:// (TLS), ws:// or wss:// (WebSocket), with a host',
    desc: 'the MQTT broker: mqtt://, mqtts://, ws:// or wss://',
  }),
  MQTT_PROTOCOL: oneOf(['5', '3.1.1'], {
    default: '5',
    desc: 'MQTT version to begin with; a broker that refuses 5 is asked for 3.1.1',
  }),
  MQTT_USERNAME: text({ default: '', desc: 'user name at the MQTT broker' }),
  MQTT_PASSWORD: text({ default: '', desc: 'its password' }),
  MQTT_CA_FILE: text({
    default: '',
    desc: 'PEM file with the CA that signed the MQTT broker’s certificate',
  }),
  MQTT_CERT_FILE: text({ default: '', desc: 'PEM client certificate for the MQTT broker' }),
  MQTT_KEY_FILE: text({ default: '', desc: 'PEM key of MQTT_CERT_FILE' }),
  MQTT_KEEPALIVE_S: integer({
    default: 15,
    min: 1,
    max: 3600,
    desc: 'seconds between signs of life to the MQTT broker',
  }),
  MQTT_SESSION_EXPIRY_S: integer({
    default: 604_800,
    min: 60,
    max: 4_294_967_294,
    desc: 'seconds that an MQTT 5 broker keeps the session of a gateway that is away',
  }),
};

export type BrokerConfig = Readonly<ReturnType<typeof loadConfig<typeof brokerEnv>>>;

/** What makes the connection private and known to the broker. */
export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

/** @throws ConfigError naming the variable of a file that cannot be read, or lacks its other half */
export function credentialsOf(config: BrokerConfig): Credentials {
  if ((config.MQTT_CERT_FILE === '') !== (config.MQTT_KEY_FILE === ''))
    throw new ConfigError(
      'MQTT_CERT_FILE and MQTT_KEY_FILE go together; allowed: both, or neither',
    );
  if (config.MQTT_PASSWORD !== '' && config.MQTT_USERNAME === '')
    throw new ConfigError('MQTT_PASSWORD is set and MQTT_USERNAME is not; allowed: both');
  return {
    ...(config.MQTT_USERNAME && { username: config.MQTT_USERNAME }),
    ...(config.MQTT_PASSWORD && { password: config.MQTT_PASSWORD }),
    ...(config.MQTT_CA_FILE && { ca: file('MQTT_CA_FILE', config.MQTT_CA_FILE) }),
    ...(config.MQTT_CERT_FILE && { cert: file('MQTT_CERT_FILE', config.MQTT_CERT_FILE) }),
    ...(config.MQTT_KEY_FILE && { key: file('MQTT_KEY_FILE', config.MQTT_KEY_FILE) }),
  };
}

function file(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConfigError(
      `${name} is ${JSON.stringify(path)}; allowed: a file that can be read (${(error as Error).message})`,
    );
  }
}
