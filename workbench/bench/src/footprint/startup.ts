import { figuresOf, type CaseResult } from '../core/results.js';
import { sampleText, type Bench } from '../run/bench.js';
import { interleave } from '../run/interleave.js';
import { preparePlatform } from '../run/platform.js';
import { cpuSeconds, residentMb } from '../run/process-cost.js';
import { SERVICES } from './idle.js';

export const startup: Bench = {
  name: 'startup',
  about: 'from the start of the process until /health/ready says yes; topics and indexes exist',
  cases: [],
  run: async ({ lab, settings, say }) => {
    const platform = await preparePlatform(lab);
    try {
      const variants = SERVICES.map((name) => ({
        name,
        measure: async () => {
          const began = performance.now();
          const service = await lab.start(name, { env: platform.env });
          const sample = {
            ready_s: (performance.now() - began) / 1000,
            cpu_s: cpuSeconds(service.pid),
            rss_mb: residentMb(service.pid),
          };
          await service.stop();
          return sample;
        },
      }));
      const onSample = (name: string, run: number, sample: Record<string, number>): void =>
        say(`${name}, run ${run} of ${settings.runs}: ${sampleText(sample)}`);
      const samples = await interleave(variants, settings.runs, { warmUp: true, onSample });
      const cases: CaseResult[] = SERVICES.map((name) => ({
        name,
        figures: figuresOf(samples.get(name)!),
      }));
      return { settings: { runs: settings.runs }, cases };
    } finally {
      await platform.stop();
    }
  },
};
