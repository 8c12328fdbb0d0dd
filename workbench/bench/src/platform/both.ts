import { setTimeout as delay } from 'node:timers/promises';
import { consumersOf } from '@iot/register';
import { basePlan } from '../backlog/aggregator.js';
import { committed } from '../backlog/drain.js';
import { produceBacklog } from '../backlog/produce.js';
import { figuresOf, type CaseResult } from '../core/results.js';
import { sampleText, sizeOf, type Bench, type BenchContext } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import { groupOf, preparePlatform, type Platform } from '../run/platform.js';
import { cpuSeconds, peakResidentMb } from '../run/process-cost.js';
import { ingestLoad } from './ingest-load.js';

const WORKERS = consumersOf('TELEMETRY_TOPIC').map(({ name }) => name);
const SERVICES = ['ingestion-api', ...WORKERS];
const DRAINED_WITHIN_MS = 600_000;

/** Both workers drain a backlog while readings arrive. */
export const both: Bench = {
  name: 'both',
  about: 'both workers drain a backlog while the ingestion API receives readings',
  cases: [],
  run: async (context) => {
    const { settings, say } = context;
    const events = sizeOf(settings, 300_000);
    const rate = settings.rate ?? 2000;
    const samples: Record<string, Sample[]> = Object.fromEntries(
      SERVICES.map((name) => [name, []]),
    );
    for (let run = 1; run <= settings.runs; run++) {
      const measured = await measureOnce(context, events, rate);
      for (const name of SERVICES) {
        samples[name]!.push(measured[name]!);
        say(`${name}, run ${run} of ${settings.runs}: ${sampleText(measured[name]!)}`);
      }
    }
    const cases: CaseResult[] = SERVICES.map((name) => ({
      name,
      figures: figuresOf(samples[name]!),
    }));
    return { settings: { events, 'received events/s': rate, runs: settings.runs }, cases };
  },
};

async function measureOnce(
  { lab, settings, say }: BenchContext,
  backlog: number,
  rate: number,
): Promise<Record<string, Sample>> {
  const platform = await preparePlatform(lab);
  try {
    say(`producing ${backlog} events`);
    await produceBacklog(lab, platform.topic, basePlan(backlog));
    await platform.start('ingestion-api');
    const ingestion = platform.service('ingestion-api');
    const began = performance.now();
    const load = ingestLoad(ingestion.port, {
      perSecond: rate,
      seconds: settings.quick ? 5 : 20,
      batch: 100,
    });
    load.catch(() => undefined); // It is thrown when it is awaited.
    await platform.start(...WORKERS);
    const accepted = await load;
    const received = {
      cpu_us: (cpuSeconds(ingestion.pid) * 1e6) / accepted,
      rss_mb: peakResidentMb(ingestion.pid),
      rate,
    };
    const events = backlog + accepted;
    const workers = await Promise.all(
      WORKERS.map(async (name): Promise<[string, Sample]> => {
        const seconds = await drained(
          () => committed(lab, platform.topic, groupOf(platform, name)),
          events,
          began,
        );
        const { pid } = platform.service(name);
        return [
          name,
          {
            cpu_us: (cpuSeconds(pid) * 1e6) / events,
            rss_mb: peakResidentMb(pid),
            rate: events / seconds,
          },
        ];
      }),
    );
    await checkCounts(platform, events);
    return Object.fromEntries([['ingestion-api', received], ...workers]);
  } finally {
    await platform.stop();
  }
}

/** @returns the seconds from `began` until all is committed */
async function drained(
  done: () => Promise<number>,
  events: number,
  began: number,
): Promise<number> {
  while ((await done()) < events) {
    if (performance.now() - began > DRAINED_WITHIN_MS)
      throw new Error(`only ${await done()} of ${events} events are handled`);
    await delay(100);
  }
  return (performance.now() - began) / 1000;
}

/**
 * Each event once in the raw collection and, for its temperature, in the rows of each window size.
 * Larger windows may follow later.
 */
async function checkCounts({ db }: Platform, events: number): Promise<void> {
  const until = performance.now() + 90_000;
  for (;;) {
    const raw = await db.collection('telemetry_raw').estimatedDocumentCount();
    const windows = await db
      .collection('aggregated_data')
      .aggregate<{ _id: string; count: number }>([
        { $match: { sensor_type: 'temperature_c' } },
        { $group: { _id: '$window', count: { $sum: '$count' } } },
      ])
      .toArray();
    if (raw === events && windows.length === 3 && windows.every(({ count }) => count === events))
      return;
    if (performance.now() > until)
      throw new Error(
        `of ${events} events ${raw} are stored, and in rows are ${windows.map(({ _id, count }) => `${_id}: ${count}`).join(', ')}`,
      );
    await delay(500);
  }
}
