import { setTimeout as delay } from 'node:timers/promises';
import { credentialsTopic } from '@iot/credentials';
import { ensureTopics } from '@iot/kafka';
import { metricValue } from '../backlog/drain.js';
import { figuresOf } from '../core/results.js';
import { sampleText, sizeOf, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import type { Lab } from '../run/lab.js';
import { cpuSeconds, residentMb } from '../run/process-cost.js';
import { fillKeys } from './fill.js';

const KEYS = 1_000_000;
const TARGETS = { ready_s: 15, bytes_per_key: 150 };

export const keyTable: Bench = {
  name: 'key-table',
  about:
    'from the start of the ingestion API until it has read its device keys, and what they take',
  cases: [],
  run: async ({ lab, settings, say }) => {
    const keys = sizeOf(settings, KEYS);
    await lab.createTopic('bench.keys');
    const topics = { none: 'bench.no-credentials', all: 'bench.credentials' };
    await ensureTopics(lab.admin, [
      credentialsTopic(topics.none, 1),
      credentialsTopic(topics.all, 1),
    ]);
    say(`writing ${keys} keys`);
    await fillKeys(lab.client, topics.all, keys);
    const samples: Sample[] = [];
    for (let run = 1; run <= settings.runs; run++) {
      const empty = await startOnce(lab, topics.none, 0);
      const full = await startOnce(lab, topics.all, keys);
      const sample = {
        ready_s: full.ready_s,
        cpu_s: full.cpu_s - empty.cpu_s,
        bytes_per_key: (full.external - empty.external) / keys,
        growth_mb: full.rss_mb - empty.rss_mb,
      };
      samples.push(sample);
      say(`run ${run} of ${settings.runs}: ${sampleText(sample)}`);
    }
    await lab.deleteTopics('bench.keys');
    const cases = [{ name: `${keys} keys`, figures: figuresOf(samples, TARGETS) }];
    return { settings: { keys, runs: settings.runs }, cases };
  },
};

type Started = Readonly<Record<'ready_s' | 'cpu_s' | 'rss_mb' | 'external', number>>;

/** @throws when it does not hold all of the keys when it is ready */
async function startOnce(lab: Lab, topic: string, keys: number): Promise<Started> {
  const began = performance.now();
  const service = await lab.start('ingestion-api', {
    env: { AUTH: 'on', TELEMETRY_TOPIC: 'bench.keys', CREDENTIALS_TOPIC: topic },
  });
  try {
    const ready_s = (performance.now() - began) / 1000;
    const [cpu_s, rss_mb] = [cpuSeconds(service.pid), residentMb(service.pid)];
    const metrics = async (): Promise<string> => (await fetch(`${service.url}/metrics`)).text();
    const held = metricValue(await metrics(), 'credentials_held');
    if (held !== keys) throw new Error(`it holds ${held} keys instead of ${keys}`);
    // What it was read from is garbage by then.
    await delay(1000);
    const external = metricValue(await metrics(), 'nodejs_external_memory_bytes');
    return { ready_s, cpu_s, rss_mb, external };
  } finally {
    await service.stop();
  }
}
