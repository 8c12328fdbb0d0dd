import type { BacklogPlan } from '../core/backlog-plan.js';
import { figuresOf } from '../core/results.js';
import { chosen, sampleText, sizeOf, type Bench } from '../run/bench.js';
import { interleave, withRatios } from '../run/interleave.js';
import { basePlan } from './aggregator.js';
import { Backlog } from './backlog.js';

interface Change {
  readonly plan?: Partial<BacklogPlan>;
  readonly windows?: readonly string[];
  /** Times the CPU of the base that it may cost. */
  readonly atMost?: number;
}

const ALL_WINDOWS = ['1m', '1h', '1d'];
const ONCE_A_MINUTE = { devices: 100_000, everyMs: 60_000 };
const BASE = 'base: 1,000 devices, 1 sensor, 1m, none late';
const CHANGES: Readonly<Record<string, Change>> = {
  [BASE]: {},
  '10 devices': { plan: { devices: 10 } },
  '100,000 devices': { plan: ONCE_A_MINUTE, atMost: 4 },
  '100,000 devices, 1m+1h+1d': { plan: ONCE_A_MINUTE, windows: ALL_WINDOWS, atMost: 6 },
  '5 sensors': { plan: { sensors: 5 } },
  '20 sensors': { plan: { sensors: 20 } },
  '1m+1h+1d': { windows: ALL_WINDOWS },
  '10 % late': { plan: { late: 0.1 } },
  '50 % late': { plan: { late: 0.5 } },
};

export const growth: Bench = {
  name: 'growth',
  about:
    'the aggregator’s drain with one thing changed at a time: devices, sensors, window sizes, late readings',
  cases: Object.keys(CHANGES),
  run: async ({ lab, settings, say }) => {
    const base = basePlan(sizeOf(settings, 200_000));
    const names = [...new Set([BASE, ...chosen(Object.keys(CHANGES), settings)])];
    const backlogs = new Map<string, Backlog>();
    for (const name of names) {
      const plan = { ...base, ...CHANGES[name]!.plan };
      const key = JSON.stringify(plan);
      if (backlogs.has(key)) continue;
      say(`producing ${plan.events} events of: ${name}`);
      backlogs.set(key, await Backlog.produce(lab, plan));
    }
    const variants = names.map((name) => {
      const { plan, windows = ['1m'] } = CHANGES[name]!;
      return {
        name,
        measure: backlogs.get(JSON.stringify({ ...base, ...plan }))!.aggregator(windows),
      };
    });
    const samples = await interleave(variants, settings.runs, {
      onSample: (name, round, sample) =>
        say(`${name}, run ${round} of ${settings.runs}: ${sampleText(sample)}`),
    });
    const cases = names.map((name) => {
      const { atMost } = CHANGES[name]!;
      const figures = withRatios(samples.get(name)!, samples.get(BASE)!, {
        warm_cpu_us: 'times_base',
      });
      return {
        name,
        figures: figuresOf(figures, atMost === undefined ? {} : { times_base: atMost }),
      };
    });
    for (const backlog of backlogs.values()) await backlog.remove();
    return { settings: { events: base.events, runs: settings.runs }, cases };
  },
};
