import { figuresOf, type CaseResult } from '../core/results.js';
import { round } from '../ingestion/cost.js';
import { startIngestion } from '../ingestion/servers.js';
import { WORKLOADS } from '../ingestion/workloads.js';
import { sampleText, type Bench } from '../run/bench.js';
import type { Sample } from '../run/interleave.js';

const TOPIC = 'bench.teed';
const LOGS = `${TOPIC}.logs`;
/** The most that the tee may cost of the CPU of a reading. */
const AT_MOST = 1.02;

export const logTee: Bench = {
  name: 'log-tee',
  about: 'what the copies of log lines cost ingestion at info: with them beside without',
  cases: [],
  run: async ({ lab, settings, say }) => {
    await Promise.all([lab.createTopic(TOPIC), lab.createTopic(LOGS)]);
    const cases: CaseResult[] = [];
    const [off, on] = await Promise.all(
      ['', LOGS].map((topic) =>
        startIngestion(lab, TOPIC, { LOG_LEVEL: 'info', LOGS_TOPIC: topic, AUTH: 'off' }),
      ),
    );
    try {
      for (const workload of WORKLOADS) {
        const scaled = { ...workload, requests: workload.requests / (settings.quick ? 10 : 1) };
        const requests = workload.prepared(Date.now());
        const samples: Sample[] = [];
        for (let run = 0; run <= settings.runs; run++) {
          // Off, on, on, off: what a machine does more and more of meets both alike.
          const first = await round(off!, requests, scaled);
          const second = await round(on!, requests, scaled);
          const third = await round(on!, requests, scaled);
          const fourth = await round(off!, requests, scaled);
          const [without, cpu] = [mean(first, fourth), mean(second, third)];
          if (run === 0) continue;
          samples.push({ warm_cpu_us: cpu, times_base: cpu / without });
          say(`${workload.name}, run ${run} of ${settings.runs}: ${sampleText(samples.at(-1)!)}`);
        }
        cases.push({
          name: workload.name,
          figures: figuresOf(samples, { times_base: AT_MOST }),
        });
      }
      return { settings: { runs: settings.runs }, cases };
    } finally {
      await Promise.all([off!.stop(), on!.stop()]);
      await lab.deleteTopics(TOPIC);
    }
  },
};

const mean = (...of: readonly Sample[]): number =>
  of.reduce((sum, sample) => sum + sample['warm_cpu_us']!, 0) / of.length;
