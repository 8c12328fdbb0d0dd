import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findMosquitto, workspaceRoot } from '@iot/local-stack';
import { verify } from './faults/account.js';
import { outOfOrder } from './mqtt/order.js';
import { Publisher } from './mqtt/publisher.js';
import { readings, type Published } from './mqtt/readings.js';
import { rollupDifferences, rollupsOf } from './oracle.js';
import { eventually, startPlatform, type Platform, WORKERS } from './platform.js';

/** FAULTS=full: a day of readings, and twenty faults at random. Otherwise a few, in turn. */
const FULL = process.env['FAULTS'] === 'full';
const READINGS = FULL ? Infinity : 3000;
const FAULTS = FULL ? 20 : 4;
const PER_SECOND = 400;
/** Readings with neither time nor id: what counts is how many. */
const BARE = FULL ? 1000 : 200;
/** After so many the gateway knows how the broker counts packet ids. */
const FIRST = 600;

const BARE_READING: [string, object] = ['sensors/bare', { humidity: 50 }];

type Name = 'gateway' | 'kafka' | 'mqtt';
type Inject = (platform: Platform) => Promise<void>;

const victimOf = ({ services, kafka, mqtt }: Platform, name: Name) =>
  ({ gateway: services['mqtt-gateway'], kafka, mqtt })[name];
const kill =
  (name: Name): Inject =>
  async (platform) => {
    const victim = victimOf(platform, name);
    await victim.kill();
    await victim.restart();
  };
const freeze =
  (name: Name, ms: number): Inject =>
  async (platform) => {
    const victim = victimOf(platform, name);
    victim.signal('SIGSTOP');
    await delay(ms);
    victim.signal('SIGCONT');
  };
const COMMON = FULL
  ? [
      kill('gateway'),
      kill('gateway'),
      kill('kafka'),
      freeze('kafka', 4000),
      freeze('gateway', 2000),
      freeze('mqtt', 2000),
    ]
  : [kill('gateway'), freeze('kafka', 1500), freeze('mqtt', 1000), kill('gateway')];

const cases = [
  // It keeps nothing over its end, and says so: it is not killed.
  { broker: 'the embedded broker', mosquitto: false, faults: COMMON, bare: BARE, full: false },
  { broker: 'Mosquitto', mosquitto: true, faults: COMMON, bare: BARE, full: true },
  // A publisher sends again what a killed broker did not acknowledge, as another message: without a
  // time that is another reading.
  {
    broker: 'Mosquitto, killed too',
    mosquitto: true,
    faults: [...COMMON, kill('mqtt'), kill('mqtt')],
    bare: 0,
    full: true,
  },
].filter(({ full }) => FULL || !full);

/** A reading with neither time nor id every so often among the others. */
function withBare(given: readonly Published[], bare: number): [string, object][] {
  const every = Math.floor(given.length / Math.max(1, bare));
  return given.flatMap(({ device_id, ts, values, event_id, own }, i): [string, object][] => {
    const full: [string, object] = [
      `sensors/${device_id}`,
      { ts, ...values, ...(own && { event_id }) },
    ];
    const also = i % every === 0 && i / every < bare;
    return also ? [full, BARE_READING] : [full];
  });
}

async function connectionsOf(platform: Platform): Promise<number> {
  const metrics = await fetch(`${platform.services['mqtt-gateway'].url}/metrics`);
  return Number(/^mqtt_connections_total\S* (\d+)$/m.exec(await metrics.text())?.[1]);
}

describe.each(cases)('readings by $broker', ({ broker, mosquitto, faults, bare }) => {
  const missing = mosquitto && findMosquitto() === undefined;
  if (missing) console.warn('mosquitto is not installed (apt-get install mosquitto): skipped');

  (missing ? it.skip : it)(
    'are each counted once and in order, with everything killed and frozen',
    async () => {
      const platform = await startPlatform(
        { SENSORS_FILE: join(workspaceRoot(), 'config', 'sensors.environmental.json') },
        { mosquitto, inMemory: !FULL, only: ['mqtt-gateway', ...WORKERS] },
      );
      const publisher = Publisher.connect(platform.mqtt.url);
      try {
        const given = readings(Date.now(), READINGS);
        const first = Array.from({ length: bare > 0 ? FIRST : 0 }, () => BARE_READING);
        const messages = [...first, ...withBare(given, bare)];
        const began = Date.now();
        await publisher.all(first, FIRST);
        if (bare > 0)
          await eventually(
            'the gateway knows how packet ids are given',
            async () => (await connectionsOf(platform)) === 2 || 'it has not connected anew',
          );
        let publishing = true;
        const published = publisher
          .all(messages.slice(first.length), PER_SECOND)
          .then(() => (publishing = false));
        await delay(500);
        let injected = 0;
        for (; injected < FAULTS && (publishing || !FULL); injected++) {
          await delay(FULL ? 200 + Math.random() * 1500 : 300);
          const which = FULL ? Math.floor(Math.random() * faults.length) : injected;
          await faults[which]!(platform);
        }
        await published;
        const wrong = Array.from({ length: 5 }, (_, i): [string, object] => [
          `sensors/wrong-${i}`,
          { device_id: 'another', humidity: 50 },
        ]);
        await publisher.all(wrong, PER_SECOND);
        const expected = messages.length;
        const stored = platform.db.collection('telemetry_raw');
        await eventually(
          'every reading is stored once',
          async () => {
            const count = await stored.countDocuments({});
            return count === expected || `${count} of ${expected}`;
          },
          FULL ? 1_200_000 : 90_000,
        );
        await eventually(
          'every row equals the oracle',
          async () => {
            const differences = await rollupDifferences(platform.db, rollupsOf(given));
            const others = differences.filter((line) => !line.startsWith('bare '));
            return others.length === 0 || others.slice(0, 3);
          },
          120_000,
        );
        expect((await outOfOrder(platform.db)).slice(0, 5)).toEqual([]);
        const { code, text, report } = await verify(platform);
        if (code !== 0) throw new Error(`verify found discrepancies:\n${text.slice(0, 4000)}`);
        expect(report['refused_at_intake']).toBe(wrong.length);
        console.log(
          `${broker}: ${publisher.acknowledged} published and acknowledged, ${expected} stored ` +
            `(${first.length + bare} with neither ts nor event_id), ${injected} faults in ` +
            `${Math.round((Date.now() - began) / 1000)} s`,
        );
      } finally {
        await publisher.close();
        await platform.stop();
      }
    },
    FULL ? 3_000_000 : 240_000,
  );
});
