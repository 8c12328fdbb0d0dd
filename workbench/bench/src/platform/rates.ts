import { setTimeout as delay } from 'node:timers/promises';
import { consumersOf } from '@iot/register';
import { figuresOf, type CaseResult } from '../core/results.js';
import { sampleText, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import { preparePlatform, type Platform } from '../run/platform.js';
import { cpuSeconds } from '../run/process-cost.js';
import { ingestLoad } from './ingest-load.js';

const WORKERS = consumersOf('TELEMETRY_TOPIC').map(({ name }) => name);
const SERVICES = ['ingestion-api', ...WORKERS] as const;
/** Readings a second, each in a POST of its own. */
const RATES = [10, 150, 1000];
const TARGETS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'aggregator-worker at 150/s': { cpu_us: 250 },
};

/** What an event costs by the rate at which events come: the fewer at a time, the dearer each. */
export const rates: Bench = {
  name: 'rates',
  about: 'CPU time of an event by rate, in single POSTs from 1,000 devices',
  cases: [],
  run: async (context) => {
    const { lab, settings, say } = context;
    const seconds = settings.quick ? 5 : 20;
    const samples = new Map<string, Sample[]>();
    const platform = await preparePlatform(lab);
    try {
      await platform.start(...SERVICES);
      // What has just started is not yet compiled, and its caches are empty.
      await ingestLoad(platform.service('ingestion-api').port, {
        perSecond: 1000,
        seconds: settings.quick ? 2 : 10,
        batch: 1,
      });
      await delay(3000);
      for (const rate of settings.rate === undefined ? RATES : [settings.rate])
        for (let run = 1; run <= settings.runs; run++)
          for (const [name, sample] of await measureOnce(platform, rate, seconds)) {
            const title = `${name} at ${rate.toLocaleString('en')}/s`;
            samples.set(title, [...(samples.get(title) ?? []), sample]);
            say(`${title}, run ${run} of ${settings.runs}: ${sampleText(sample)}`);
          }
    } finally {
      await platform.stop();
    }
    const cases: CaseResult[] = [...samples].map(([name, of]) => ({
      name,
      figures: figuresOf(of, TARGETS[name] ?? {}),
    }));
    return { settings: { devices: 1000, 'seconds a run': seconds, runs: settings.runs }, cases };
  },
};

async function measureOnce(
  platform: Platform,
  rate: number,
  seconds: number,
): Promise<[string, Sample][]> {
  const pids = SERVICES.map((name) => platform.service(name).pid);
  const before = pids.map(cpuSeconds);
  const began = performance.now();
  const events = await ingestLoad(platform.service('ingestion-api').port, {
    perSecond: rate,
    seconds,
    batch: 1,
  });
  const after = pids.map(cpuSeconds);
  const took = (performance.now() - began) / 1000;
  return SERVICES.map((name, i) => [
    name,
    { cpu_us: ((after[i]! - before[i]!) * 1e6) / events, rate: events / took },
  ]);
}
