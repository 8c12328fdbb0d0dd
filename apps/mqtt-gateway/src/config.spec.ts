import { mqttConfig } from './config.js';

describe('the configuration of the gateway', () => {
  it.each([
    [{ MQTT_URL: 'http://x' }, 'MQTT_URL'],
    [{ MQTT_TOPICS: 'a#' }, 'MQTT_TOPICS'],
    [{ MQTT_TOPICS: '$share/g/sensors/#' }, 'MQTT_TOPICS'],
    [{ MQTT_TOPICS: 'sensors/#,sensors/a' }, 'sensors/a'],
    [{ MQTT_PASSWORD: 'x' }, 'MQTT_PASSWORD'],
    [{ MQTT_CERT_FILE: '/none' }, 'MQTT_CERT_FILE'],
    [{ MQTT_CA_FILE: '/none' }, 'MQTT_CA_FILE'],
  ])('refuses %j', (env, named) => expect(() => mqttConfig(env)).toThrow(named));

  it('never shows a password', () => {
    expect(() => mqttConfig({ MQTT_PASSWORD: 'hunter2' })).not.toThrow('hunter2');
    expect(() => mqttConfig({ MQTT_URL: 'amqp://u:hunter2@h' })).not.toThrow('hunter2');
  });

  it('takes topics that nothing matches twice', () => {
    expect(mqttConfig({ MQTT_TOPICS: 'sensors/a/#,sensors/b/#' }).MQTT_TOPICS).toHaveLength(2);
  });
});
