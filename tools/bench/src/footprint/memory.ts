import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceHandle } from '@iot/local-stack';
import { committed, metricValue } from '../backlog/drain.js';
import { produceBacklog } from '../backlog/produce.js';
import { basePlan } from '../backlog/aggregator.js';
import type { BacklogPlan } from '../core/backlog-plan.js';
import { figuresOf } from '../core/results.js';
import { sampleText, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import type { Lab } from '../run/lab.js';
import { preparePlatform, type Platform } from '../run/platform.js';
import { peakResidentMb } from '../run/process-cost.js';

const GROUP = 'aggregator-worker';
const PROBE = ['--expose-gc', '--import', join(import.meta.dirname, 'heap-probe.js')];
const DEVICES = 1000;
/** Rows that the cache may hold in this benchmark, and rows of each step; the last one has more than fit. */
const LIMIT = 100_000;
const STEPS = { warm: 10_000, held: 80_000, beyond: 150_000 };

export const memory: Bench = {
  name: 'memory',
  about: `heap of the aggregator for each rollup row that it holds, and with more rows than ROW_CACHE_ROWS=${LIMIT} lets it hold`,
  cases: [],
  run: async ({ lab, settings, say }) => {
    const held: Sample[] = [];
    const full: Sample[] = [];
    for (let run = 1; run <= settings.runs; run++) {
      const platform = await preparePlatform(lab);
      try {
        const measured = await measureOnce(lab, platform);
        held.push(measured.held);
        full.push(measured.full);
        say(`run ${run} of ${settings.runs}: ${sampleText(measured.held)}; full: ${sampleText(measured.full)}`);
      } finally {
        await platform.stop();
      }
    }
    const cases = [
      { name: 'a held row', figures: figuresOf(held, { bytes_per_row: 300 }) },
      { name: 'the cache full', figures: figuresOf(full, { rows: LIMIT }) },
    ];
    return { settings: { ROW_CACHE_ROWS: LIMIT, devices: DEVICES, runs: settings.runs }, cases };
  },
};

/** Each reading makes a row of its own: one of each device in a minute. The devices are known before anything is measured. */
async function measureOnce(lab: Lab, platform: Platform): Promise<{ held: Sample; full: Sample }> {
  const { until } = basePlan(1);
  const service = await lab.start('aggregator-worker', {
    env: { ...platform.env, CONSUMER_GROUP: GROUP, WINDOWS: '1m', ROW_CACHE_ROWS: String(LIMIT) },
    nodeOptions: PROBE,
  });
  let produced = 0;
  const step = async (events: number, hoursBack: number): Promise<{ heap: number; rows: number }> => {
    const plan: BacklogPlan = { events, devices: DEVICES, sensors: 1, late: 0, everyMs: 60_000, until: until - hoursBack * 3_600_000 };
    await produceBacklog(lab, platform.topic, plan);
    produced += events;
    for (let poll = 0; (await committed(lab, platform.topic, GROUP)) < produced; poll++) {
      if (poll === 3000) throw new Error('the aggregator did not handle the readings within 5 minutes');
      await delay(100);
    }
    const metrics = await fetch(`${service.url}/metrics`).then((response) => response.text());
    return { heap: await heapBytes(service), rows: metricValue(metrics, 'rollup_cached_rows') };
  };
  try {
    const warm = await step(STEPS.warm, 20);
    const held = await step(STEPS.held, 15);
    const full = await step(STEPS.beyond, 5);
    return {
      held: { bytes_per_row: (held.heap - warm.heap) / (held.rows - warm.rows), rows: held.rows, heap_mb: held.heap / 2 ** 20 },
      full: { rows: full.rows, heap_mb: full.heap / 2 ** 20, rss_mb: peakResidentMb(service.pid) },
    };
  } finally {
    await service.stop();
  }
}

function heapBytes({ process }: ServiceHandle): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the aggregator did not answer SIGUSR2')), 30_000);
    const onLine = (line: string): void => {
      const [, bytes] = /^heap-probe (\d+)/.exec(line) ?? [];
      if (bytes === undefined) return;
      clearTimeout(timer);
      process.off('line', onLine);
      resolve(Number(bytes));
    };
    process.on('line', onLine);
    process.signal('SIGUSR2');
  });
}
