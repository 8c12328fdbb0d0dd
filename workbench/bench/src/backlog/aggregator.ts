import { measureBesideFloor, chosen, sizeOf, type Bench } from '../run/bench.js';
import { basePlanAt, type BacklogPlan } from '../core/backlog-plan.js';
import { Backlog } from './backlog.js';

const CASES: Readonly<Record<string, readonly string[]>> = {
  '1m': ['1m'],
  '1m+1h+1d': ['1m', '1h', '1d'],
};
/** What a drain should cost at most. */
const TARGETS = { '1m': { warm_cpu_us: 6.5, warm_ratio: 1.4 }, '1m+1h+1d': { warm_ratio: 1.7 } };

/** {@link basePlanAt} with its newest reading at the end of the last minute. */
export const basePlan = (events: number): BacklogPlan =>
  basePlanAt(Math.floor(Date.now() / 60_000) * 60_000 - 1, events);

export const aggregator: Bench = {
  name: 'aggregator',
  about:
    'the aggregator drains a backlog, beside eachBatch + JSON.parse + insertMany of the same documents',
  cases: Object.keys(CASES),
  run: async (context) => {
    const { lab, settings, say } = context;
    const plan = basePlan(sizeOf(settings, 1_000_000));
    say(`producing ${plan.events} events`);
    const backlog = await Backlog.produce(lab, plan);
    const variants = chosen(Object.keys(CASES), settings).map((name) => ({
      name,
      measure: backlog.aggregator(CASES[name]!),
    }));
    const cases = await measureBesideFloor(context, backlog.storeFloor, variants, {
      targets: TARGETS,
    });
    await backlog.remove();
    return {
      settings: {
        events: plan.events,
        devices: plan.devices,
        sensors: plan.sensors,
        runs: settings.runs,
      },
      cases,
    };
  },
};
