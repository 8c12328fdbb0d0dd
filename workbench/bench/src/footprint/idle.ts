import { setTimeout as delay } from 'node:timers/promises';
import { SERVICES as ALL, REGISTER } from '@iot/register';
import { figuresOf } from '../core/results.js';
import { sampleText, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';
import { preparePlatform } from '../run/platform.js';
import { cpuSeconds, residentMb } from '../run/process-cost.js';

export const SERVICES = ALL.map(({ name }) => name);
const TARGET = { core_percent: 0.5 };

export const idle: Bench = {
  name: 'idle',
  about: 'what a service uses that has nothing to do',
  cases: [],
  run: async ({ lab, settings, say }) => {
    const [settleSeconds, windowSeconds] = settings.quick ? [3, 5] : [20, 30];
    const platform = await preparePlatform(lab);
    try {
      await platform.start(...SERVICES);
      await delay(settleSeconds * 1000);
      const samples: Record<string, Sample[]> = Object.fromEntries(
        SERVICES.map((name) => [name, []]),
      );
      for (let run = 1; run <= settings.runs; run++) {
        const pids = SERVICES.map((name) => platform.service(name).pid);
        const before = pids.map(cpuSeconds);
        const began = performance.now();
        await delay(windowSeconds * 1000);
        const seconds = (performance.now() - began) / 1000;
        SERVICES.forEach((name, i) => {
          const sample = {
            core_percent: ((cpuSeconds(pids[i]!) - before[i]!) * 100) / seconds,
            rss_mb: residentMb(pids[i]!),
          };
          samples[name]!.push(sample);
          say(`${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`);
        });
      }
      const cases = SERVICES.map((name) => ({
        name,
        figures: figuresOf(samples[name]!, REGISTER[name].kind === 'worker' ? TARGET : {}),
      }));
      return { settings: { 'seconds a run': windowSeconds, runs: settings.runs }, cases };
    } finally {
      await platform.stop();
    }
  },
};
