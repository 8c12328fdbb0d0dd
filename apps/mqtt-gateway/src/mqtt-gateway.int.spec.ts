import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createKafka, headersOf, headerListOf, headerText, readTopic } from '@iot/kafka';
import { FakeBroker } from '@iot/mqtt/testing';
import { createLogger, createService } from '@iot/service';
import { mqttConfig } from './config.js';
import { service } from './service.js';

const log = createLogger('test', 'silent');

interface Stored {
  readonly key: string;
  readonly text: string;
  readonly value: Record<string, unknown>;
  readonly reason: string | undefined;
}

describe('the MQTT gateway', () => {
  let broker: FakeBroker;
  let app: NestFastifyApplication | undefined;
  let env: Record<string, string>;

  beforeEach(async () => {
    const topic = `mqtt-${randomUUID()}`;
    broker = await FakeBroker.listen();
    env = {
      KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] ?? '',
      TELEMETRY_TOPIC: topic,
      DLQ_TOPIC: `${topic}.dlq`,
      MQTT_JOURNAL_TOPIC: `${topic}.mqtt`,
      TELEMETRY_PARTITIONS: '3',
      MQTT_URL: broker.url,
    };
  });
  afterEach(async () => {
    await app?.close();
    app = undefined;
    await broker.close();
  });

  const start = async (more: Record<string, string> = {}): Promise<void> => {
    app = await createService(service, mqttConfig({ ...env, ...more }), log);
    await app.listen(0, '127.0.0.1');
  };
  const records = async (topic: string | undefined): Promise<Stored[]> => {
    const kafka = createKafka(mqttConfig(env), 'test', log);
    const found: Stored[] = [];
    await readTopic(kafka, topic!, ({ messages }) => {
      for (const message of messages) {
        const text = String(message.value);
        found.push({
          key: String(message.key),
          text,
          value: text.startsWith('{"') ? (JSON.parse(text) as Record<string, unknown>) : {},
          reason: headerText(headersOf(headerListOf(message)), '__dlq.errors.exception'),
        });
      }
    });
    return found;
  };
  const eventually = async (what: string, ask: () => boolean): Promise<void> => {
    for (let i = 0; i < 1000; i++) {
      if (ask()) return;
      await delay(20);
    }
    throw new Error(`${what}: not within 20 s`);
  };

  it('acknowledges a reading when Kafka has it', async () => {
    await start();
    const connection = await broker.subscribed();
    connection.publish(11, 'sensors/d1', '{"temperature":21.5,"ts":' + String(Date.now()) + '}');
    connection.publish(12, 'sensors/d1', '[{"humidity":40,"event_id":"e1"},{"humidity":41}]');
    await eventually('both are acknowledged', () => connection.acknowledged.length === 2);
    expect(connection.acknowledged).toEqual([11, 12]);
    const stored = await records(env['TELEMETRY_TOPIC']);
    expect(stored.map(({ key }) => key)).toEqual(['d1', 'd1', 'd1']);
    expect(stored[0]!.value).toMatchObject({ device_id: 'd1', temperature_c: 21.5 });
    expect(stored[1]!.value).toMatchObject({ event_id: 'e1', humidity: 40 });
  });

  it('sets aside what is invalid, with the reason and as it came, and acknowledges it', async () => {
    await start();
    const connection = await broker.subscribed();
    connection.publish(1, 'sensors/d1', '{oops');
    connection.publish(2, 'sensors/d1', '[{"humidity":1},{"humidity":"wet"}]');
    connection.publish(3, 'sensors/d1', '{"device_id":"d2","humidity":1}');
    await eventually('all are acknowledged', () => connection.acknowledged.length === 3);
    const dead = await records(env['DLQ_TOPIC']);
    expect(dead.map(({ text, key, reason }) => [reason, key, text]).sort()).toEqual([
      ['invalid', 'd1', '[{"humidity":1},{"humidity":"wet"}]'],
      ['invalid', 'd1', '{"device_id":"d2","humidity":1}'],
      ['not_json', 'd1', '{oops'],
    ]);
    expect(await records(env['TELEMETRY_TOPIC'])).toHaveLength(1);
  });

  const reading = '{"humidity":40}';
  const eventIds = async (): Promise<unknown[]> =>
    (await records(env['TELEMETRY_TOPIC'])).map(({ value }) => value['event_id']);

  it('takes a message of another process that comes again as the same readings', async () => {
    await start();
    let connection = await broker.subscribed();
    broker.sessionPresent = true;
    let id = 0;
    // It sees that packet ids count up, and looks whether they still do on a new connection.
    while (broker.connections.length === 1) {
      for (let i = 0; i < 50; i++) connection.publish(++id, 'sensors/d1', reading);
      await delay(50);
    }
    connection = await broker.subscribed(2);
    const [seen, unseen] = [broker.connections[0]!.acknowledged.length, id];
    for (let again = seen + 1; again <= unseen; again++)
      connection.publish(again, 'sensors/d1', reading, true);
    const payload = '[{"humidity":40},{"humidity":40}]';
    connection.publish(++id, 'sensors/d1', reading);
    connection.publish(++id, 'sensors/d1', payload);
    await eventually('all are acknowledged', () => connection.acknowledged.at(-1) === id);
    // What the broker never saw of it: the process was killed, and everything comes again.
    await app!.close();
    await start();
    const third = await broker.subscribed(3);
    third.publish(id - 1, 'sensors/d1', reading, true);
    third.publish(id, 'sensors/d1', payload, true);
    third.publish(id + 1, 'sensors/d1', reading);
    await eventually('all are acknowledged', () => third.acknowledged.length === 3);
    const ids = await eventIds();
    expect(new Set(ids).size).toBe(id + 1 + 1);
    expect(third.clientId).toBe(connection.clientId);
  }, 60_000);

  it('takes none for another where packet ids are used again, so that it counts twice', async () => {
    await start();
    const first = await broker.subscribed();
    broker.sessionPresent = true;
    first.publish(1, 'sensors/d1', reading);
    await eventually('it is acknowledged', () => first.acknowledged.length === 1);
    // The broker saw that, sent another one by the same id, and lost the connection.
    first.socket.destroy();
    const second = await broker.subscribed(2);
    second.publish(1, 'sensors/d1', reading, true);
    await eventually('it is acknowledged', () => second.acknowledged.length === 1);
    expect(new Set(await eventIds()).size).toBe(2);
  }, 60_000);

  it('takes at most so many, and none of a stored copy', async () => {
    await start({ MQTT_MAX_IN_FLIGHT: '1' });
    const connection = await broker.subscribed();
    for (let id = 1; id <= 200; id++)
      connection.publish(id, `sensors/d${id % 7}`, '{"humidity":1}');
    connection.send({
      cmd: 'publish',
      qos: 1,
      dup: false,
      retain: true,
      messageId: 300,
      topic: 'sensors/d1',
      payload: '{"humidity":1}',
    });
    await eventually('all are acknowledged', () => connection.acknowledged.length === 201);
    expect(await records(env['TELEMETRY_TOPIC'])).toHaveLength(200);
  }, 60_000);
});
