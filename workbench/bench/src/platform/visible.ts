import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'undici';
import { figuresOf, percentile } from '../core/results.js';
import { sampleText, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import { preparePlatform } from '../run/platform.js';
import { ingestLoad } from './ingest-load.js';

const PROBES_PER_SECOND = 5;
const ASK_EVERY_MS = 5;
const GIVE_UP_MS = 30_000;

/** Where a reading shows: as itself, and as a rollup row. */
const VIEWS: Readonly<Record<string, (device: string) => string>> = {
  reading: (device) => `/devices/${device}/telemetry?limit=1`,
  '1m row': (device) => `/devices/${device}/aggregates?window=1m&limit=1`,
};

export const visible: Bench = {
  name: 'visible',
  about: 'time from the POST of a reading until a GET shows it, at 1,000 events/s',
  cases: [],
  run: async ({ lab, settings, say }) => {
    const perSecond = settings.rate ?? 1000;
    const seconds = settings.quick ? 6 : 20;
    const platform = await preparePlatform(lab);
    try {
      await platform.start('ingestion-api', 'aggregator-worker', 'dashboard-api');
      const ingestion = platform.service('ingestion-api');
      const clients = {
        post: new Pool(ingestion.url, { connections: 16 }),
        get: new Pool(platform.service('dashboard-api').url, { connections: 16 }),
      };
      const samples: Record<string, Sample[]> = Object.fromEntries(
        Object.keys(VIEWS).map((name) => [name, []]),
      );
      say('warming up');
      for (let run = 0; run <= settings.runs; run++) {
        const load = ingestLoad(ingestion.port, {
          perSecond,
          seconds: run === 0 ? 5 : seconds,
          batch: 1,
        });
        load.catch(() => undefined); // It is thrown when it is awaited.
        const times = await probe(clients, `probe-${run}`, run === 0 ? 4 : seconds - 1);
        await load;
        if (run === 0) continue;
        for (const [name, millis] of times) {
          const sample = { p50_ms: percentile(millis, 0.5), p99_ms: percentile(millis, 0.99) };
          samples[name]!.push(sample);
          say(`${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`);
        }
      }
      await Promise.all([clients.post.close(), clients.get.close()]);
      const cases = Object.keys(VIEWS).map((name) => ({
        name,
        figures: figuresOf(samples[name]!, { p50_ms: 150, p99_ms: 500 }),
      }));
      return {
        settings: { 'events/s': perSecond, 'seconds a run': seconds, runs: settings.runs },
        cases,
      };
    } finally {
      await platform.stop();
    }
  },
};

/**
 * Posts readings of devices that nobody knew, and asks for each until it is there. @returns
 * milliseconds by view
 */
async function probe(
  { post, get }: { post: Pool; get: Pool },
  prefix: string,
  seconds: number,
): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(Object.keys(VIEWS).map((name) => [name, []]));
  const probes: Promise<void>[] = [];
  const began = performance.now();
  for (let n = 0; n < seconds * PROBES_PER_SECOND; n++) {
    await delay(Math.max(0, began + (n * 1000) / PROBES_PER_SECOND - performance.now()));
    for (const [name, path] of Object.entries(VIEWS)) {
      const device = `${prefix}-${name.replace(' ', '-')}-${n}`;
      const visible = timeUntilVisible(post, get, device, path(device)).then(
        (millis) => void times.get(name)!.push(millis),
      );
      visible.catch(() => undefined); // It is thrown when all are awaited.
      probes.push(visible);
    }
  }
  await Promise.all(probes);
  return times;
}

async function timeUntilVisible(
  post: Pool,
  get: Pool,
  device: string,
  path: string,
): Promise<number> {
  const began = performance.now();
  const body = JSON.stringify({ device_id: device, temperature_c: 20 });
  const posted = await post.request({
    method: 'POST',
    path: '/ingest',
    headers: { 'content-type': 'application/json' },
    body,
  });
  await posted.body.dump();
  if (posted.statusCode !== 202) throw new Error(`POST /ingest answered ${posted.statusCode}`);
  while (performance.now() - began < GIVE_UP_MS) {
    const answer = await get.request({ method: 'GET', path });
    const text = await answer.body.text();
    // A device is not there (404) before its first reading is.
    if (answer.statusCode !== 200 && answer.statusCode !== 404)
      throw new Error(`GET ${path} answered ${answer.statusCode}: ${text}`);
    if (((JSON.parse(text) as { data?: unknown[] }).data?.length ?? 0) > 0)
      return performance.now() - began;
    await delay(ASK_EVERY_MS);
  }
  throw new Error(`${path} showed nothing within ${GIVE_UP_MS} ms`);
}
