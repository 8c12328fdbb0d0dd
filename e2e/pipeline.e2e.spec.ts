import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SERVICES } from '@iot/register';
import {
  alertDifferences,
  alertsOf,
  rollupDifferences,
  rollupsOf,
  type OracleReading,
} from './oracle.js';
import { documentedCommands } from './documented-commands.js';
import { eventually, startPlatform, type Platform } from './platform.js';

const DEVICES = 12;
const READINGS_PER_DEVICE = 400;
const BATCH = 50;
const BOUNDS = { temperature_c: [-10, 50], humidity: [0, 100] } as const;
const HOUR = 3_600_000;

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
}, 180_000);
afterAll(() => platform?.stop(), 60_000);

/**
 * What a device sends, in order: readings of the last day, with repeats, late ones and refused ones
 * among them.
 */
function deviceStream(
  device: number,
): { body: Record<string, unknown>; reading: OracleReading | undefined }[] {
  const device_id = `device-${device}`;
  const start = Math.floor(Date.now() / HOUR) * HOUR - 20 * HOUR;
  const stream: { body: Record<string, unknown>; reading: OracleReading | undefined }[] = [];
  for (let i = 0; i < READINGS_PER_DEVICE; i++) {
    const late = i % 20 === 7;
    const ts = start + i * 150_000 - (late ? 2 * HOUR : 0) + device;
    const spike = i % 50 >= 47;
    const values = {
      temperature_c: spike ? 50 + (i % 11) : 18 + 6 * Math.sin((i + device) / 40),
      humidity: 55 + (i % 13) * 0.3,
      pressure: 1000 + (i % 17),
    };
    // A counter, as devices have them: the same ids in each.
    const reading = { event_id: String(i), device_id, ts, values };
    const { temperature_c, ...others } = values;
    // Both spellings of a sensor and of a time are in use.
    const body =
      i % 2 === 0
        ? { ...reading, ...values, values: undefined }
        : {
            event_id: reading.event_id,
            device_id,
            timestamp: new Date(ts).toISOString(),
            temperature: temperature_c,
            ...others,
          };
    stream.push({ body, reading });
    if (i % 20 === 3) stream.push({ body, reading });
    if (i % 100 === 50)
      stream.push({ body: { device_id, ts, humidity: 'wet' }, reading: undefined });
  }
  return stream;
}

async function post(
  path: string,
  body: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${platform.services['ingestion-api'].url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

interface Page {
  readonly data: Record<string, unknown>[];
  readonly next_cursor: string | null;
}

const get = async (path: string): Promise<Page> =>
  (await fetch(`${platform.services['dashboard-api'].url}${path}`)).json() as Promise<Page>;

it('stores, rolls up, alerts on and serves every reading once, while the aggregator is killed', async () => {
  const sent: OracleReading[] = [];
  let refused = 0;
  const send = async (device: number): Promise<void> => {
    const stream = deviceStream(device);
    for (let i = 0; i < stream.length; i += BATCH) {
      const batch = stream.slice(i, i + BATCH);
      const { status, body } = await post(
        '/ingest/batch',
        batch.map((entry) => entry.body),
      );
      expect(status).toBe(202);
      refused += Number(body['rejected']);
      sent.push(...batch.flatMap(({ reading }) => reading ?? []));
    }
  };
  const sending = Promise.all(Array.from({ length: DEVICES }, (_, device) => send(device)));
  for (let kill = 0; kill < 3; kill++) {
    await delay(700);
    await platform.services['aggregator-worker'].kill();
    await platform.services['aggregator-worker'].restart();
  }
  await sending;
  expect(refused).toBe(DEVICES * 4);

  const distinct = new Set(sent.map(({ device_id, event_id }) => `${device_id} ${event_id}`)).size;
  expect(distinct).toBe(DEVICES * READINGS_PER_DEVICE);
  const rows = rollupsOf(sent);
  await eventually(
    'all events are stored',
    async () =>
      (await platform.db.collection('telemetry_raw').countDocuments({})) === distinct ||
      (await platform.db.collection('telemetry_raw').countDocuments({})),
  );
  await eventually('rows equal the oracle', async () => {
    const differences = await rollupDifferences(platform.db, rows);
    return differences.length === 0 || differences.slice(0, 3);
  });
  await eventually('alerts equal the oracle', async () => {
    const differences = await alertDifferences(platform.db, alertsOf(sent, BOUNDS));
    return differences.length === 0 || differences.slice(0, 3);
  });
}, 300_000);

it('serves what is stored', async () => {
  const rows: Record<string, unknown>[] = [];
  for (let cursor = ''; ;) {
    const page = await get(
      `/devices/device-3/aggregates?window=1h&sensor_type=temperature_c&limit=7${cursor && `&cursor=${cursor}`}`,
    );
    rows.push(...page.data);
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  const counted = rows.reduce((sum, row) => sum + Number(row['count']), 0);
  expect(counted).toBe(READINGS_PER_DEVICE);
  expect(rows.map((row) => String(row['timestamp']))).toEqual(
    rows
      .map((row) => String(row['timestamp']))
      .sort()
      .reverse(),
  );

  const alerts = await get('/alerts?device_id=device-3&limit=1000');
  expect(alerts.data.length).toBe(
    await platform.db.collection('alerts').countDocuments({ device_id: 'device-3' }),
  );
  const latest = await get('/sensors/latest?device_id=device-3');
  expect(JSON.stringify(latest)).toContain('pressure');
});

it('shows a reading within a second', async () => {
  const seconds: number[] = [];
  for (let i = 0; i < 10; i++) {
    const device_id = `quick-${i}`;
    const started = performance.now();
    expect((await post('/ingest', { device_id, humidity: 40 + i })).status).toBe(202);
    await eventually(
      'the rollup is served',
      async () => (await get(`/devices/${device_id}/aggregates?window=1m`)).data.length === 1,
      10_000,
    );
    seconds.push((performance.now() - started) / 1000);
  }
  console.log(`POST to GET: ${seconds.map((s) => s.toFixed(3)).join(' ')} s`);
});

it('sets aside what cannot be decoded, with its reason, and goes on', async () => {
  const { Kafka } = (await import('kafkajs')).default;
  const kafka = new Kafka({ brokers: [platform.kafka.bootstrap], logLevel: 0 });
  const producer = kafka.producer();
  await producer.connect();
  const good = { event_id: 'after-the-bad', device_id: 'foreign', ts: Date.now(), humidity: 41 };
  await producer.send({
    topic: 'telemetry.raw',
    messages: [
      { key: 'foreign', value: 'not json' },
      { key: 'foreign', value: null },
      { key: null, value: '{"device_id":"foreign","humidity":1}' },
      { key: 'foreign', value: '{"device_id":"foreign","wings":2}' },
      { key: 'foreign', value: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) },
      { key: 'foreign', value: `"${'x'.repeat(900_000)}"` },
      { key: 'foreign', value: JSON.stringify(good) },
    ],
  });
  await producer.disconnect();
  await eventually(
    'the good record behind the bad ones is stored',
    async () =>
      (await platform.db
        .collection('telemetry_raw')
        .countDocuments({ event_id: 'after-the-bad' })) === 1,
  );

  const consumer = kafka.consumer({ groupId: 'e2e-dlq' });
  await consumer.connect();
  await consumer.subscribe({ topics: ['telemetry.dlq'], fromBeginning: true });
  const reasons: Record<string, string[]> = {};
  await consumer.run({
    eachMessage: async ({ message }) => {
      const header = (name: string): string => String(message.headers?.[`__dlq.errors.${name}`]);
      (reasons[header('group')] ??= []).push(header('exception'));
      expect(Number(header('timestamp'))).toBeGreaterThan(Date.now() - 600_000);
    },
  });
  const expected = [
    'invalid_reading',
    'invalid_reading',
    'invalid_utf8',
    'missing_key',
    'not_json',
    'null_value',
  ];
  await eventually(
    'both groups set all six aside',
    async () =>
      ['aggregator-worker', 'alerts-worker'].every((group) => reasons[group]?.length === 6) ||
      reasons,
  );
  await consumer.disconnect();
  for (const group of ['aggregator-worker', 'alerts-worker'])
    expect(reasons[group]!.sort()).toEqual(expected);
});

it('answers the commands of curl in the pages', async () => {
  // Those of the tour go on over several lines; the test of the README runs them. Those of the
  // front door need one; its own test asks through it.
  const elsewhere = ['docs/tour.md', 'docs/front-door.md'];
  const shown = documentedCommands('curl').filter(({ page }) => !elsewhere.includes(page));
  expect(shown.length).toBeGreaterThan(5);
  const urls = new Map(
    SERVICES.map(({ name, port }) => [String(port), platform.services[name].url]),
  );
  const statuses = await Promise.all(
    shown.map(async ({ page, text }) => {
      const line = text
        .replace(/(?:http:\/\/)?localhost:(\d+)/, (_, port: string) => urls.get(port)!)
        .replace('https://ingest.example.com', urls.get('8001')!)
        .replace(
          /^curl/,
          `curl --silent --max-time 5 --output /dev/null --write-out '%{http_code}'`,
        )
        .replace(' -i ', ' ');
      // What is live has no end but this one; who is not answered at all has the status 000.
      const { stdout } = await promisify(execFile)('bash', ['-c', `${line}; true`]);
      return `${page}: ${text} → ${stdout}`;
    }),
  );
  // Without a key, or without accounts, some are told so.
  const isFine = (it: string): boolean =>
    /→ (20\d|401|409)$/.test(it) ||
    // Receivers cannot be made here, so what is about one finds none; nor is the pages' rule there.
    /\/(receivers|routes|notifications|alert-rules)\b.*→ 40[04]$/.test(it);
  expect(statuses.filter((it) => !isFine(it))).toEqual([]);
});
