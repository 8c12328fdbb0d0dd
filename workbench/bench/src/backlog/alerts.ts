import { measureBesideFloor, sizeOf, type Bench } from '../run/bench.js';
import { basePlan } from './aggregator.js';
import { benchRules } from '../core/bench-rules.js';
import { Backlog } from './backlog.js';

export const alerts: Bench = {
  name: 'alerts',
  about:
    'the alerts worker drains a backlog in which no reading violates a threshold, beside eachBatch + JSON.parse; under thresholds alone, and under rules of all kinds of which five are about each device',
  cases: [],
  run: async (context) => {
    const { lab, settings, say } = context;
    const plan = basePlan(sizeOf(settings, 1_000_000));
    say(`producing ${plan.events} events`);
    const backlog = await Backlog.produce(lab, plan);
    const cases = await measureBesideFloor(
      context,
      backlog.parseFloor,
      [
        { name: 'alerts', measure: backlog.alerts() },
        { name: '100 rules', measure: backlog.alerts(benchRules(100)) },
        { name: '1000 rules', measure: backlog.alerts(benchRules(1000)) },
      ],
      {
        targets: { alerts: { warm_ratio: 1.3 } },
      },
    );
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
