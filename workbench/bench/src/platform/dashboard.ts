import { setTimeout as delay } from 'node:timers/promises';
import { consumersOf, SERVICES } from '@iot/register';
import { Pool } from 'undici';
import { basePlan } from '../backlog/aggregator.js';
import { committed } from '../backlog/drain.js';
import { produceBacklog } from '../backlog/produce.js';
import { deviceName } from '../core/backlog-plan.js';
import { figuresOf, percentile } from '../core/results.js';
import { sampleText, sizeOf, type Bench, type BenchContext } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import { groupOf, preparePlatform, type Platform } from '../run/platform.js';
import { ingestLoad } from './ingest-load.js';

const DEVICE = deviceName(500);
/** What people and Grafana ask for. */
const QUERIES: Readonly<Record<string, string>> = {
  '/telemetry': '/telemetry?limit=100',
  '/devices/{id}/telemetry': `/devices/${DEVICE}/telemetry?limit=100`,
  '/sensors/history': `/sensors/history?device_id=${DEVICE}&limit=100`,
  '/sensors/latest': '/sensors/latest?limit=100',
  '/aggregated': '/aggregated?window=1m&limit=100',
  '/devices/{id}/aggregates': `/devices/${DEVICE}/aggregates?window=1m&limit=100`,
  '/devices': '/devices?limit=100',
  '/alerts/recent': '/alerts/recent?limit=100',
  '/stats': '/stats',
};
const ALL = 'all queries';
/** One query after the other, with this pause: some dashboards that refresh. */
const PAUSE_MS = 10;

export const dashboard: Bench = {
  name: 'dashboard',
  about: 'queries of the dashboard API, idle and while readings arrive',
  cases: [],
  run: async (context) => {
    const { lab, settings, say } = context;
    const events = sizeOf(settings, 1_000_000);
    const rate = settings.rate ?? 2000;
    const platform = await preparePlatform(lab);
    try {
      await fill(context, platform, events);
      const { port } = platform.service('ingestion-api');
      const client = new Pool(platform.service('dashboard-api').url, { connections: 1 });
      const seconds = settings.quick ? 4 : 15;
      const samples: Record<string, Sample[]> = {};
      await ask(client, 5);
      for (let run = 1; run <= settings.runs; run++) {
        const idle = await ask(client, seconds);
        const load = ingestLoad(port, { perSecond: rate, seconds: seconds + 2, batch: 100 });
        load.catch(() => undefined); // It is thrown when it is awaited.
        await delay(1000);
        const busy = await ask(client, seconds);
        await load;
        for (const name of [...Object.keys(QUERIES), ALL]) {
          const sample = compared(idle.get(name)!, busy.get(name)!);
          (samples[name] ??= []).push(sample);
          if (name === ALL) say(`${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`);
        }
        await untilHandled(context, platform);
      }
      await client.close();
      const cases = Object.entries(samples).map(([name, runs]) => ({
        name,
        figures: figuresOf(runs, { p99_times_idle: 2 }),
      }));
      return { settings: { events, 'received events/s': rate, runs: settings.runs }, cases };
    } finally {
      await platform.stop();
    }
  },
};

/** Stores the backlog and its rows, and some alerts. */
async function fill(context: BenchContext, platform: Platform, events: number): Promise<void> {
  context.say(`storing ${events} events`);
  await produceBacklog(context.lab, platform.topic, basePlan(events));
  await platform.start(...SERVICES.map(({ name }) => name));
  const readings = Array.from({ length: 500 }, (_, n) => ({
    device_id: deviceName(n),
    temperature_c: 70,
  }));
  const { url } = platform.service('ingestion-api');
  const headers = { 'content-type': 'application/json' };
  const posted = await fetch(`${url}/ingest/batch`, {
    method: 'POST',
    headers,
    body: JSON.stringify(readings),
  });
  if (posted.status !== 202) throw new Error(`POST /ingest/batch answered ${posted.status}`);
  await untilHandled(context, platform);
  const stored = await platform.db.collection('telemetry_raw').estimatedDocumentCount();
  if (stored !== events + readings.length)
    throw new Error(`${stored} events are stored instead of ${events + readings.length}`);
}

async function untilHandled({ lab }: BenchContext, platform: Platform): Promise<void> {
  const total = await lab.records(platform.topic);
  for (let poll = 0; poll < 6000; poll++) {
    const done = await Promise.all(
      consumersOf('TELEMETRY_TOPIC').map(({ name: worker }) =>
        committed(lab, platform.topic, groupOf(platform, worker)),
      ),
    );
    if (done.every((count) => count >= total)) return;
    await delay(100);
  }
  throw new Error(`the workers did not handle ${total} events within 10 minutes`);
}

/** Asks all queries in turn. @returns milliseconds by query, and of all of them */
async function ask(client: Pool, seconds: number): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>([...Object.keys(QUERIES), ALL].map((name) => [name, []]));
  for (const until = performance.now() + seconds * 1000; performance.now() < until;)
    for (const [name, path] of Object.entries(QUERIES)) {
      const began = performance.now();
      const { statusCode, body } = await client.request({ method: 'GET', path });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`GET ${path} answered ${statusCode}: ${text}`);
      for (const key of [name, ALL]) times.get(key)!.push(performance.now() - began);
      await delay(PAUSE_MS);
    }
  return times;
}

const compared = (idle: readonly number[], busy: readonly number[]): Sample => ({
  p50_ms: percentile(idle, 0.5),
  p99_ms: percentile(idle, 0.99),
  busy_p50_ms: percentile(busy, 0.5),
  busy_p99_ms: percentile(busy, 0.99),
  p99_times_idle: percentile(busy, 0.99) / percentile(idle, 0.99),
});
