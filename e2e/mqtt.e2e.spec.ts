import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findMosquitto, workspaceRoot } from '@iot/local-stack';
import { verify } from './faults/account.js';
import { Publisher } from './mqtt/publisher.js';
import { readings } from './mqtt/readings.js';
import { rollupDifferences, rollupsOf } from './oracle.js';
import { eventually, startPlatform, type Platform } from './platform.js';

const FAULTS = Number(process.env['MQTT_FAULTS'] ?? 20);
const PER_SECOND = 1000;
/** Without a time of their own: what counts is how many. */
const TIMELESS = 1000;

type Inject = (platform: Platform) => Promise<void>;

const kill =
  (which: 'gateway' | 'kafka' | 'mqtt'): Inject =>
  async ({ services, kafka, mqtt }) => {
    const victim = { gateway: services['mqtt-gateway'], kafka, mqtt }[which];
    await victim.kill();
    await victim.restart();
  };
const freeze =
  (which: 'gateway' | 'kafka' | 'mqtt', ms: number): Inject =>
  async ({ services, kafka, mqtt }) => {
    const victim = { gateway: services['mqtt-gateway'], kafka, mqtt }[which];
    victim.signal('SIGSTOP');
    await delay(ms);
    victim.signal('SIGCONT');
  };
const COMMON = [
  kill('gateway'),
  kill('gateway'),
  kill('kafka'),
  freeze('kafka', 4000),
  freeze('gateway', 2000),
  freeze('mqtt', 2000),
];

const cases = [
  // It keeps nothing over its end, and says so: it is not killed.
  { broker: 'the embedded broker', mosquitto: false, faults: COMMON, timeless: TIMELESS },
  // A publisher sends again what a killed broker did not acknowledge, as another message: without a
  // time that is another reading.
  { broker: 'Mosquitto', mosquitto: true, faults: [...COMMON, kill('mqtt')], timeless: 0 },
];

describe.each(cases)('readings by $broker', ({ broker, mosquitto, faults, timeless }) => {
  const missing = mosquitto && findMosquitto() === undefined;
  if (missing) console.warn('mosquitto is not installed: its test is skipped');

  (missing ? it.skip : it)(
    'are each counted once, with everything killed and frozen at random',
    async () => {
      const platform = await startPlatform(
        { SENSORS_FILE: join(workspaceRoot(), 'config', 'sensors.environmental.json') },
        { mosquitto },
      );
      const publisher = Publisher.connect(platform.mqtt.url);
      try {
        const given = readings(Date.now());
        const messages = given.map(
          ({ device_id, ts, values, event_id, own }) =>
            [`sensors/${device_id}`, { ts, ...values, ...(own && { event_id }) }] as const,
        );
        const every = Math.floor(messages.length / Math.max(1, timeless));
        const bare = Array.from({ length: timeless }, () => ({ humidity: 50 }));
        const all = messages.flatMap((message, i) => {
          const extra = i % every === 0 ? bare.pop() : undefined;
          return extra ? [message, ['sensors/timeless', extra] as const] : [message];
        });
        const began = Date.now();
        let publishing = true;
        const published = publisher.all(all, PER_SECOND).then(() => (publishing = false));
        let injected = 0;
        for (; injected < FAULTS; injected++) {
          await delay(200 + Math.random() * 1500);
          await faults[Math.floor(Math.random() * faults.length)]!(platform);
          if (!publishing) break;
        }
        await published;
        const stored = platform.db.collection('telemetry_raw');
        const expected = given.length + timeless - bare.length;
        await eventually(
          'every reading is stored once',
          async () => {
            const count = await stored.countDocuments({});
            return count === expected || `${count} of ${expected}`;
          },
          180_000,
        );
        await eventually(
          'every row equals the oracle',
          async () => {
            const differences = await rollupDifferences(platform.db, rollupsOf(given));
            const others = differences.filter((line) => !line.startsWith('timeless '));
            return others.length === 0 || others.slice(0, 3);
          },
          120_000,
        );
        const { code, text } = await verify(platform);
        if (code !== 0) throw new Error(`verify found discrepancies:\n${text.slice(0, 4000)}`);
        console.log(
          `${broker}: ${publisher.acknowledged} published and acknowledged, ${expected} stored, ` +
            `${injected} faults in ${Math.round((Date.now() - began) / 1000)} s`,
        );
      } finally {
        await publisher.close();
        await platform.stop();
      }
    },
    600_000,
  );
});
