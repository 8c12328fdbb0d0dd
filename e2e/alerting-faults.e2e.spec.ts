import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { Fleet } from './alerting/fleet.js';
import { expectedAlerts, type ExpectedAlert } from './alerting/oracle.js';
import { HOT, Presses } from './alerting/presses.js';
import { Receiver, type Told } from './alerting/receiver.js';
import { Sender } from './alerting/sender.js';
import { eventually, startPlatform, type Platform, type ServiceName } from './platform.js';

/** FAULTS=full (npm run test:faults): as many devices, as long and as often as is promised. */
const FULL = process.env['FAULTS'] === 'full';
const SILENCE = FULL
  ? { devices: 10_000, spanMs: 20_000, periodMs: 5000, heldMs: 60_000, gone: 100 }
  : { devices: 1000, spanMs: 5000, periodMs: 1000, heldMs: 6000, gone: 20 };
const KILLS = FULL ? 10 : 1;
const PRESSES = Array.from({ length: FULL ? 100 : 30 }, (_, i) => `press-${i}`);
/** How much later than its span a silence may be found. */
const FOUND_WITHIN_MS = 3000;

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const receiver = new Receiver(secret);
let folder: string;
let platform: Platform;
let sender: Sender;

/** Rules, a receiver and a route as those have them who keep them in git. */
async function files(): Promise<Record<string, string>> {
  const rules = [
    {
      name: 'hot',
      selector: { device: 'press-*', sensor: 'temperature_c' },
      condition: {
        kind: 'above',
        bound: HOT.bound,
        clear_at: HOT.clearAt,
        critical: HOT.critical,
      },
    },
    {
      name: 'gone',
      selector: { device: 'field-*' },
      condition: { kind: 'silent', span: `${SILENCE.spanMs / 1000}s` },
    },
  ];
  const receivers = [
    {
      name: 'pager',
      kind: 'webhook',
      url_env: 'NOTIFY_RECEIVER_PAGER_URL',
      secret_env: 'NOTIFY_RECEIVER_PAGER_SECRET',
      rate_limit: { count: 10_000, per_s: 1 },
    },
  ];
  const routes = [
    {
      name: 'presses',
      receiver: 'pager',
      match: { rule: 'hot' },
      group_by: ['device_id'],
      group_wait_s: 0,
      group_interval_s: 0,
    },
  ];
  const env = {
    ALERT_RULES_FILE: join(folder, 'rules.json'),
    NOTIFY_FILE: join(folder, 'notify.json'),
  };
  await writeFile(env.ALERT_RULES_FILE, JSON.stringify(rules));
  await writeFile(env.NOTIFY_FILE, JSON.stringify({ receivers, routes }));
  return env;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iot-alerting-'));
  await receiver.start();
  platform = await startPlatform(
    {
      ...(await files()),
      NOTIFY_RECEIVER_PAGER_URL: receiver.url,
      NOTIFY_RECEIVER_PAGER_SECRET: secret,
      NOTIFY_ALLOWED_HOSTS: '127.0.0.1',
      NOTIFY_TIMEOUT_MS: '3000',
      CREDENTIALS_SECRET: 'a secret for the end-to-end test of alerting',
    },
    { inMemory: true, only: ['alerts-worker', 'notifier'] },
  );
  sender = new Sender(platform.kafka.bootstrap);
  await sender.start();
}, 120_000);

afterAll(async () => {
  await sender?.stop();
  await platform?.stop();
  await receiver.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

const silences = (): Promise<string[]> =>
  platform.db
    .collection('alerts')
    .find({ rule: 'gone' })
    .toArray()
    .then((alerts) => alerts.map(({ device_id: device }) => String(device)));

it('a worker that was held back takes nobody for silent, and finds those who are', async () => {
  const { devices, spanMs, periodMs, heldMs, gone } = SILENCE;
  const names = Array.from({ length: devices }, (_, i) => `field-${i}`);
  const fleet = new Fleet(sender, names, periodMs);
  fleet.start();
  const states = platform.db.collection('alert_states');
  await eventually('all are known', async () => {
    const known = await states.countDocuments({ line: { $exists: true } });
    return known === devices || known;
  });
  platform.services['alerts-worker'].signal('SIGSTOP');
  await delay(heldMs);
  platform.services['alerts-worker'].signal('SIGCONT');
  // For as long as it would take to miss somebody.
  await delay(spanMs + 1000);
  expect(await silences()).toEqual([]);

  const silent = names.filter((_, i) => i % (devices / gone) === 3);
  fleet.silence(silent);
  const lateness: number[] = [];
  const found = new Set<string>();
  await eventually(
    'those who are silent are found',
    async () => {
      const seenAt = Date.now();
      for (const device of (await silences()).filter((one) => !found.has(one))) {
        found.add(device);
        lateness.push(seenAt - fleet.lastSent.get(device)! - spanMs);
      }
      return found.size >= gone || found.size;
    },
    spanMs + 30_000,
  );
  await fleet.stop();
  expect([...found].sort()).toEqual([...silent].sort());
  const latest = Math.max(...lateness);
  console.log(
    `${devices} devices under silence rules of ${spanMs / 1000} s, worker held for ` +
      `${heldMs / 1000} s: 0 alerts; ${gone} that are silent found ` +
      `${(Math.min(...lateness) / 1000).toFixed(1)}–${(latest / 1000).toFixed(1)} s after the span`,
  );
  expect(latest).toBeLessThan(FOUND_WITHIN_MS);
}, 300_000);

async function killAgainAndAgain(name: ServiceName): Promise<void> {
  for (let i = 0; i < KILLS; i++) {
    await delay(500 + Math.random() * 1500);
    await platform.services[name].kill();
    await platform.services[name].restart();
  }
}

/** The distinct events of the topic: changes of each alert, by its id, and how many were repeats. */
async function eventsTold(): Promise<{ told: Map<string, Set<string>>; records: number }> {
  const { Kafka, logLevel } = kafkajs;
  const kafka = new Kafka({ brokers: [platform.kafka.bootstrap], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets('telemetry.alerts');
  await admin.disconnect();
  const total = ends.reduce((sum, { high }) => sum + Number(high), 0);
  const consumer = kafka.consumer({ groupId: `e2e-${Date.now()}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic: 'telemetry.alerts', fromBeginning: true });
  const told = new Map<string, Set<string>>();
  let records = 0;
  await new Promise<void>((resolve) => {
    if (total === 0) resolve();
    void consumer.run({
      eachMessage: ({ message }) => {
        const { id, type, subject } = JSON.parse(String(message.value)) as Record<string, string>;
        const events = told.get(subject!) ?? new Set<string>();
        told.set(subject!, events.add(`${type!.split('.').at(-1)} ${id}`));
        if (++records === total) resolve();
        return Promise.resolve();
      },
    });
  });
  await consumer.disconnect();
  return { told, records };
}

type StoredAlert = Omit<ExpectedAlert, 'told' | 'id'> & { readonly _id: string };

const stored = async (): Promise<Omit<ExpectedAlert, 'told'>[]> =>
  (await platform.db.collection<StoredAlert>('alerts').find({ rule: 'hot' }).toArray())
    .map(({ _id: id, status, severity, occurrences, last_value }) => ({
      id,
      status,
      severity,
      occurrences,
      last_value,
    }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));

/** What of the alerts the receiver has not been told yet, or was told twice. */
function untold(expected: readonly ExpectedAlert[], all: readonly Told[]): string[] {
  const heard = new Map<string, { change: string; severity: string; in: string }[]>();
  for (const { id, alerts } of all)
    for (const { id: alert, change, severity } of alerts)
      if (change !== 'active')
        heard.set(alert, [...(heard.get(alert) ?? []), { change, severity, in: id }]);
  return expected.flatMap(({ id, status, severity }) => {
    const entries = heard.get(id) ?? [];
    const times = (change: string): number =>
      new Set(entries.filter((one) => one.change === change).map((one) => one.in)).size;
    const wrong: string[] = [];
    if (times('resolved') !== (status === 'resolved' ? 1 : 0))
      wrong.push(`${id} resolved ${times('resolved')} times`);
    if (times('new') > (severity === 'critical' ? 2 : 1)) wrong.push(`${id} new too often`);
    if (status === 'active' && entries.at(-1)?.severity !== severity)
      wrong.push(`${id} is active and ${severity}, told: ${JSON.stringify(entries)}`);
    return wrong;
  });
}

it('kill -9 of worker and notifier: no alert and no notification missing or doubled', async () => {
  const presses = new Presses(sender, PRESSES);
  presses.start();
  await Promise.all([killAgainAndAgain('alerts-worker'), killAgainAndAgain('notifier')]);
  await presses.stop();
  const expected = expectedAlerts(presses.log);
  const inTheEnd = expected
    .map(({ told: _, ...alert }) => alert)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  await eventually('alerts are those of the oracle', async () => {
    expect(await stored()).toEqual(inTheEnd);
    return true;
  });
  await eventually('all is told', () => {
    const wrong = untold(expected, receiver.told);
    return Promise.resolve(wrong.length === 0 || wrong.slice(0, 5));
  });

  const { told, records } = await eventsTold();
  const events = new Map([...told].filter(([id]) => id.includes('|hot|')));
  for (const { id, told: changes } of expected)
    expect([id, [...(events.get(id) ?? [])].map((event) => event.split(' ')[0]).sort()]).toEqual([
      id,
      [...changes].sort(),
    ]);
  expect(events.size).toBe(expected.length);

  const bodies = new Map<string, string>();
  for (const { id, body } of receiver.told) {
    expect([id, bodies.get(id) ?? body]).toEqual([id, body]);
    bodies.set(id, body);
  }
  expect(receiver.unsigned).toBe(0);
  expect(expected.length).toBeGreaterThan(PRESSES.length);
  const distinct = [...told.values()].reduce((sum, one) => sum + one.size, 0);
  console.log(
    `${KILLS} kills each over ${presses.log.length} readings: ${expected.length} alerts, ` +
      `${distinct} events (${records - distinct} repeats), ${bodies.size} notifications ` +
      `(${receiver.told.length - bodies.size} repeats)`,
  );
}, 600_000);
