import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  findMosquitto,
  freePorts,
  serviceProcess,
  startKafka,
  startMqtt,
  type KafkaHandle,
  type MqttHandle,
  type ServiceHandle,
} from '@iot/local-stack';
import { allRecords } from './mqtt/records.js';
import { Publisher } from './mqtt/publisher.js';
import { eventually } from './platform.js';

const DEVICES = 20;
const EACH = 200;
const PER_SECOND = 400;

describe('two gateways of one group', () => {
  let dataDir: string;
  let kafka: KafkaHandle;
  let mqtt: MqttHandle;
  let gateways: ServiceHandle[];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'iot-gateways-'));
    [kafka, mqtt] = await Promise.all([
      startKafka({ dataDir: join(dataDir, 'kafka') }),
      startMqtt({ dataDir: join(dataDir, 'mqtt'), embedded: findMosquitto() === undefined }),
    ]);
    const env = {
      KAFKA_BOOTSTRAP_SERVERS: kafka.bootstrap,
      MQTT_URL: mqtt.url,
      MQTT_GROUP: 'mqtt-gateways',
      MQTT_SHARES: '4',
    };
    const ports = await freePorts(2);
    gateways = ports.map((port, i) =>
      serviceProcess({
        name: 'mqtt-gateway',
        port,
        env,
        logFile: join(dataDir, `gateway-${i}.log`),
      }),
    );
    await Promise.all(gateways.map((gateway) => gateway.process.start()));
  }, 120_000);
  afterAll(async () => {
    await Promise.all((gateways ?? []).map((gateway) => gateway.stop()));
    await Promise.all([kafka?.stop(), mqtt?.stop()]);
    if (!process.env['KEEP_E2E_DATA']) await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  const sessions = async ({ url }: ServiceHandle): Promise<number> => {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const value = (name: string): number =>
      Number(new RegExp(`^${name}\\S* (\\d+)$`, 'm').exec(metrics)?.[1]);
    return value('mqtt_connected') === 1 ? value('mqtt_sessions') : -1;
  };

  it('share the devices, and one takes over what a killed one had, in order', async () => {
    const [first, second] = gateways as [ServiceHandle, ServiceHandle];
    await eventually('each has half of the sessions', async () => {
      const has = [await sessions(first), await sessions(second)];
      return (has[0] === 2 && has[1] === 2) || has;
    });
    const publisher = Publisher.connect(mqtt.url);
    const messages = Array.from({ length: EACH * DEVICES }, (_, i): [string, object] => {
      const n = Math.floor(i / DEVICES);
      const device = `d-${i % DEVICES}`;
      return [`sensors/${device}`, { event_id: `e-${n}`, humidity: n % 100 }];
    });
    const published = publisher.all(messages, PER_SECOND);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await first.kill();
    await eventually('the other one has all sessions', async () => {
      const has = await sessions(second);
      return has === 4 || has;
    });
    // The first one comes back, and gets its part again, while readings go on.
    await first.restart();
    await published;
    await publisher.close();
    const order = new Map<string, string[]>();
    await eventually(
      'every reading is in Kafka',
      async () => {
        order.clear();
        for (const { key, value } of await allRecords(kafka.bootstrap, 'telemetry.raw')) {
          const { event_id } = JSON.parse(value) as { event_id: string };
          const ids = order.get(key) ?? [];
          if (!ids.includes(event_id)) order.set(key, [...ids, event_id]);
        }
        const found = [...order.values()].reduce((sum, ids) => sum + ids.length, 0);
        return found === messages.length || `${found} of ${messages.length}`;
      },
      60_000,
    );
    const expected = Array.from({ length: EACH }, (_, n) => `e-${n}`);
    for (const ids of order.values()) expect(ids).toEqual(expected);
  }, 150_000);
});
