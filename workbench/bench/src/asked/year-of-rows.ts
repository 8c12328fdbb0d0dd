import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceHandle } from '@iot/local-stack';
import { Pool } from 'undici';
import type { RollupDocument } from '@iot/mongo';
import { deviceName } from '../core/backlog-plan.js';
import { figuresOf, percentile, type CaseResult } from '../core/results.js';
import { sampleText, type Bench, type BenchContext } from '../run/bench.js';
import { preparePlatform, type Platform } from '../run/platform.js';
import { residentMb } from '../run/process-cost.js';
import type { Sample } from '../run/interleave.js';
import { loadDocuments } from '../run/load-documents.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const DAYS = 365;
/** What takes long is measured, too. */
const PATIENCE_MS = 60_000;
/** A year of 1,000 devices with one sensor; `1m` is kept for 90 days. The share that is loaded. */
const SIZES = [
  { window: '1m', ms: MINUTE_MS, perDevice: 90 * 1440, devices: 5 },
  { window: '1h', ms: 60 * MINUTE_MS, perDevice: DAYS * 24, devices: 100 },
  { window: '1d', ms: DAY_MS, perDevice: DAYS, devices: 1000 },
] as const;
type Size = (typeof SIZES)[number];

interface Query {
  readonly name: string;
  readonly size: Size;
  /** @param end of the year, in ms */
  readonly path: (device: string, end: number) => string;
}
const span = (end: number, from: number, days: number): string =>
  `from=${new Date(end - from * DAY_MS).toISOString()}&to=${new Date(end - (from - days) * DAY_MS).toISOString()}`;
const ofDevice = (device: string, rest: string): string => `/devices/${device}/aggregates?${rest}`;
const [MINUTES, HOURS, DAYS_SIZE] = SIZES;
const QUERIES: readonly Query[] = [
  {
    name: 'a day of 1m, two months ago',
    size: MINUTES,
    path: (device, end) => ofDevice(device, `window=1m&limit=1000&${span(end, 60, 1)}`),
  },
  {
    name: 'a month of 1h, half a year ago',
    size: HOURS,
    path: (device, end) => ofDevice(device, `window=1h&limit=1000&${span(end, 180, 31)}`),
  },
  {
    name: 'the newest 1,000 of 1h',
    size: HOURS,
    path: (device) => ofDevice(device, 'window=1h&limit=1000'),
  },
  {
    name: 'the year of 1d',
    size: DAYS_SIZE,
    path: (device) => ofDevice(device, 'window=1d&limit=365'),
  },
  {
    name: 'the newest 1,000 of 1d, all devices',
    size: DAYS_SIZE,
    path: () => '/aggregated?window=1d&limit=1000',
  },
];

/** Rows of a year, by a share of them: whether questions take longer as they become more. */
export const yearOfRows: Bench = {
  name: 'year-of-rows',
  about: 'questions about a year of rollup rows, with a quarter of a share of them and with all',
  cases: [],
  apart: true,
  run: async (context) => {
    const { lab, settings, say } = context;
    const platform = await preparePlatform(lab);
    const end = Math.floor(Date.now() / DAY_MS) * DAY_MS;
    let service: ServiceHandle | undefined;
    try {
      // It makes the indexes, and has nothing else to do.
      await platform.start('aggregator-worker');
      await indexesOf(platform);
      const env = { ...platform.env, MONGO_TIMEOUT_MS: String(PATIENCE_MS) };
      service = await lab.start('dashboard-api', { env });
      const cases: CaseResult[] = [];
      let there = 0;
      for (const part of settings.quick ? [0.05, 0.2] : [0.25, 1]) {
        const [rows, seconds] = await fill(platform, there, part, end);
        there = part;
        say(`${rows} more rows are there after ${seconds.toFixed(0)} s`);
        for (const [name, sample] of await measure(context, service, part, end)) {
          say(`${name}: ${sampleText(sample)}`);
          cases.push({ name, figures: figuresOf([sample]) });
        }
      }
      return { settings: { days: DAYS }, cases };
    } finally {
      await service?.stop();
      await platform.stop();
    }
  },
};

async function indexesOf({ db }: Platform): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const made = await db
      .collection('aggregated_data')
      .indexes()
      .catch(() => []);
    // That of `_id`, of what is removed, and those of the questions.
    if (made.length >= 6) return;
    await delay(100);
  }
  throw new Error('the indexes were not made');
}

const devicesOf = ({ devices }: Size, part: number): number => Math.ceil(devices * part);

/** The rows of the devices from one part of the share to another. @returns rows and seconds */
async function fill(
  { db }: Platform,
  from: number,
  to: number,
  end: number,
): Promise<[number, number]> {
  const rows = db.collection<RollupDocument>('aggregated_data');
  let [all, seconds] = [0, 0];
  for (const size of SIZES) {
    const first = from === 0 ? 0 : devicesOf(size, from);
    const count = (devicesOf(size, to) - first) * size.perDevice;
    all += count;
    seconds += await loadDocuments(rows, count, (n) => rowOf(size, first, n, end));
  }
  return [all, seconds];
}

function rowOf(
  { window, ms, perDevice }: Size,
  first: number,
  n: number,
  end: number,
): RollupDocument {
  const device_id = deviceName(first + Math.floor(n / perDevice));
  const start = end - ((n % perDevice) + 1) * ms;
  const [min, max, count] = [20 + (n % 10), 24 + (n % 10), ms / MINUTE_MS];
  return {
    _id: `${device_id}|temperature_c|${window}|${start}`,
    device_id,
    sensor_type: 'temperature_c',
    window,
    timestamp: new Date(start),
    count,
    sum: count * (min + 2),
    min,
    max,
    average: min + 2,
    version: 1,
    updated_at: new Date(start + ms),
  };
}

async function measure(
  { lab, settings }: BenchContext,
  { url }: ServiceHandle,
  part: number,
  end: number,
): Promise<[string, Sample][]> {
  const client = new Pool(url, { connections: 1 });
  const asked = settings.quick ? 20 : 200;
  const rows = SIZES.reduce((sum, size) => sum + devicesOf(size, part) * size.perDevice, 0);
  const samples: [string, Sample][] = [];
  try {
    for (const { name, size, path } of QUERIES) {
      const times: number[] = [];
      for (let i = -5; i < asked; i++) {
        const began = performance.now();
        const found = await ask(client, path(deviceName((i + 5) % devicesOf(size, part)), end));
        if (found === 0) throw new Error(`${name}: there is nothing`);
        if (i >= 0) times.push(performance.now() - began);
      }
      const database = (await lab.mongo()).pid;
      samples.push([
        `${name}; ${rows.toLocaleString('en-US')} rows`,
        {
          p50_ms: percentile(times, 0.5),
          p99_ms: percentile(times, 0.99),
          rows,
          ...(database !== undefined && { db_mb: residentMb(database) }),
        },
      ]);
    }
    return samples;
  } finally {
    await client.close();
  }
}

/** @returns how many rows were answered */
async function ask(client: Pool, path: string): Promise<number> {
  const { statusCode, body } = await client.request({ method: 'GET', path });
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`GET ${path} answered ${statusCode}: ${text}`);
  return (JSON.parse(text) as { data: unknown[] }).data.length;
}
