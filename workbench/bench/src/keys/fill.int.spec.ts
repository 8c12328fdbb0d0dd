import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { kafkaEnv, loadConfig } from '@iot/config';
import { Credentials, credentialsTopic } from '@iot/credentials';
import { createKafka, ensureTopics, TopicTable } from '@iot/kafka';
import { createLogger } from '@iot/service';
import { fillKeys, keyedDevice } from './fill.js';

const KEYS = 50_000;
/** What 1,000,000 may take in 15 s, for each key, and as much again until all is compiled. */
const CPU_US_PER_KEY = 30;
const BYTES_PER_KEY = 150;

it('many keys are read from their topic, in little memory and time', async () => {
  const topic = `many-keys-${randomUUID()}`;
  const config = loadConfig(kafkaEnv, { KAFKA_BOOTSTRAP_SERVERS: process.env['TEST_KAFKA'] });
  const log = createLogger('test', 'silent');
  const kafka = createKafka(config, 'test', log);
  const admin = kafka.admin();
  await admin.connect();
  await ensureTopics(admin, [credentialsTopic(topic, 1)]);
  await fillKeys(kafka, topic, KEYS);
  await admin.disconnect();

  const table = new TopicTable({
    ...{ kafka, topic: credentialsTopic(topic, 1), groupPrefix: 'credentials-', log },
    empty: () => new Credentials(undefined),
    apply: (credentials, id, value) => credentials.apply(id, value),
  });
  try {
    const began = process.cpuUsage();
    table.start();
    for (let i = 0; i < 600 && !table.current; i++) await delay(25);
    const { user, system } = process.cpuUsage(began);
    const { keys } = table.current!;
    expect(keys.size).toBe(KEYS);
    expect(keys.get('k00000049999')!.scope).toBe(keyedDevice(49_999));
    expect(keys.bytes / KEYS).toBeLessThanOrEqual(BYTES_PER_KEY);
    expect((user + system) / KEYS).toBeLessThanOrEqual(CPU_US_PER_KEY);
  } finally {
    await table.close();
  }
}, 60_000);
