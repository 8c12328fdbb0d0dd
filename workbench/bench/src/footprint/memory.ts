import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServiceHandle } from '@iot/local-stack';
import { committed, metricValue } from '../backlog/drain.js';
import { produceBacklog } from '../backlog/produce.js';
import { basePlan } from '../backlog/aggregator.js';
import { figuresOf } from '../core/results.js';
import { sampleText, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import type { Lab } from '../run/lab.js';
import { preparePlatform, type Platform } from '../run/platform.js';
import { peakResidentMb } from '../run/process-cost.js';

const GROUP = 'aggregator-worker';
const PROBE = ['--expose-gc', '--import', join(import.meta.dirname, 'heap-probe.js')];
/** Rows that the cache may hold in this benchmark. */
const LIMIT = 300_000;
/** Devices of each step: some to warm up, many whose rows all fit, and more than fit. */
const DEVICES = { warm: 2000, held: 60_000, beyond: 150_000 };

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
        const measured = await measureOnce(lab, platform, say);
        held.push(measured.held);
        full.push(measured.full);
        say(
          `run ${run} of ${settings.runs}: ${sampleText(measured.held)}; full: ${sampleText(measured.full)}`,
        );
      } finally {
        await platform.stop();
      }
    }
    const cases = [
      { name: 'a held row', figures: figuresOf(held, { bytes_per_row: 300 }) },
      { name: 'the cache full', figures: figuresOf(full, { rows: LIMIT }) },
    ];
    return {
      settings: { ROW_CACHE_ROWS: LIMIT, sensors: 1, windows: '1m+1h+1d', runs: settings.runs },
      cases,
    };
  },
};

/**
 * Each device reports once, so every device has a row of each window size. Few summaries of devices
 * are held: rows are what is measured.
 */
async function measureOnce(
  lab: Lab,
  platform: Platform,
  say: (line: string) => void,
): Promise<{ held: Sample; full: Sample }> {
  const service = await lab.start('aggregator-worker', {
    env: {
      ...platform.env,
      CONSUMER_GROUP: GROUP,
      ROW_CACHE_ROWS: String(LIMIT),
      DEVICE_CACHE: '100',
    },
    nodeOptions: PROBE,
  });
  let produced = 0;
  const step = async (devices: number): Promise<{ heap: number; rows: number }> => {
    const plan = { ...basePlan(devices), devices, everyMs: 60_000 };
    say(`${devices} devices report`);
    await produceBacklog(lab, platform.topic, plan);
    produced += devices;
    for (let poll = 0; (await committed(lab, platform.topic, GROUP)) < produced; poll++) {
      if (poll === 3000)
        throw new Error('the aggregator did not handle the readings within 5 minutes');
      await delay(100);
    }
    const metrics = await fetch(`${service.url}/metrics`).then((response) => response.text());
    return { heap: await heapBytes(service), rows: metricValue(metrics, 'rollup_cached_rows') };
  };
  try {
    const warm = await step(DEVICES.warm);
    const held = await step(DEVICES.held);
    const full = await step(DEVICES.beyond);
    return {
      held: {
        bytes_per_row: (held.heap - warm.heap) / (held.rows - warm.rows),
        rows: held.rows,
        heap_mb: held.heap / 2 ** 20,
      },
      full: { rows: full.rows, heap_mb: full.heap / 2 ** 20, rss_mb: peakResidentMb(service.pid) },
    };
  } finally {
    await service.stop();
  }
}

function heapBytes({ process }: ServiceHandle): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('the aggregator did not answer SIGUSR2')),
      30_000,
    );
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
