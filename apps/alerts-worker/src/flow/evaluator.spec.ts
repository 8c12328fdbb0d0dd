import { Registry } from '@iot/metrics';
import type { AlertDocument, AlertStateDocument } from '@iot/mongo';
import { createLogger } from '@iot/service';
import { BUILT_IN_SENSORS, withThresholds, SensorCatalogue } from '@iot/telemetry';
import { compileThresholds, type Thresholds } from '../core/thresholds.js';
import { alertsMetrics } from '../metrics.js';
import { AlertOutbox } from '../output/alert-outbox.js';
import { Checkpoints } from './checkpoints.js';
import { Evaluator } from './evaluator.js';
import { LateWrites } from './late-writes.js';
import { Progresses } from './progresses.js';
import { RulesInForce } from './rules-in-force.js';
import { StateCache } from './state-cache.js';
import { StateLoader } from './state-loader.js';
import type { AlertStore } from '../output/stores.js';

const metrics = alertsMetrics(new Registry());
const log = createLogger('test', 'silent');
const upTo = (max: number): Thresholds =>
  compileThresholds(
    withThresholds(new SensorCatalogue(BUILT_IN_SENSORS), { temperature_c: { max } }).sensors,
    0.1,
  );
const celsius = (second: number, temperature_c: number) => ({
  reading: {
    deviceId: 'd',
    ts: second * 1000,
    eventId: `e${second}`,
    values: { temperature_c },
  } as never,
  record: { receivedAt: second * 1000 },
});

let written: AlertDocument[];
let saved: AlertStateDocument[];
let active: AlertDocument[];
let load: () => Promise<AlertStateDocument[]>;
let save: (states: readonly AlertStateDocument[]) => Promise<number>;
let evaluator: Evaluator;
let checkpoints: Checkpoints;
let rules: RulesInForce;

const evaluate = (...arrivals: ReturnType<typeof celsius>[]) =>
  evaluator.evaluate('t/0', arrivals.values() as Iterator<never, undefined>);
const latest = () => written.at(-1);

beforeEach(() => {
  [written, saved, active] = [[], [], []];
  load = async () => [];
  save = async (states) => (saved.push(...states), 0);
  const store = {
    load: () => load(),
    save: (states: readonly AlertStateDocument[]) => save(states),
  };
  const states = new StateCache(100);
  const alerts: AlertStore = {
    write: async (some) => (written.push(...some), new Set<string>()),
    openOf: async () => active,
    withIds: async () => [],
  };
  const publisher = { publish: async () => undefined };
  const outbox = new AlertOutbox(alerts, publisher, metrics);
  const units = new Map(BUILT_IN_SENSORS.map(({ name, unit }) => [name, unit]));
  rules = new RulesInForce(upTo(50), units, []);
  const progresses = new Progresses(
    { load: async () => [], save: async () => undefined },
    rules,
    't',
  );
  const offsets = { commit: () => undefined, startOver: () => undefined };
  const loader = new StateLoader(store, alerts);
  const lateWrites = new LateWrites(loader, store, alerts, publisher, rules);
  checkpoints = new Checkpoints(
    store,
    outbox,
    states,
    lateWrites,
    offsets,
    progresses,
    1_000_000,
    metrics,
    log,
  );
  rules.beforeChange(() => checkpoints.takeWithin(5000));
  evaluator = new Evaluator(loader, rules, progresses, states, outbox, checkpoints, metrics);
});

afterEach(() => checkpoints.forget());

describe('a change of the thresholds', () => {
  it('touches no alert by itself; the next reading inside the new bounds resolves it', async () => {
    await evaluate(celsius(1, 55));
    expect(latest()).toMatchObject({ status: 'active', threshold: 50, severity: 'warning' });
    await rules.judgeBy(upTo(60));
    expect(written).toHaveLength(1);
    await evaluate(celsius(2, 55));
    expect(latest()).toMatchObject({
      status: 'resolved',
      threshold: 50,
      last_value: 55,
      occurrences: 1,
      resolved_at: new Date(2000),
    });
  });

  it('leaves an alert active that is outside the new bounds too, under the threshold that raised it, and raises what is outside now', async () => {
    await evaluate(celsius(1, 55));
    await rules.judgeBy(upTo(30));
    await evaluate(celsius(2, 35));
    expect(latest()).toMatchObject({
      status: 'active',
      threshold: 50,
      timestamp: new Date(1000),
      last_value: 35,
      occurrences: 2,
    });
    await evaluate(celsius(3, 20), celsius(4, 35));
    expect(latest()).toMatchObject({
      status: 'active',
      threshold: 30,
      timestamp: new Date(4000),
      severity: 'critical',
    });
  });

  it('judges a batch by one set, also when it waits for the database meanwhile', async () => {
    let loaded!: (states: AlertStateDocument[]) => void;
    load = () => new Promise((resolve) => (loaded = resolve));
    const batch = evaluate(celsius(1, 55));
    await rules.judgeBy(upTo(60));
    while (!loaded) await new Promise((resolve) => setTimeout(resolve, 1));
    loaded([]);
    await batch;
    expect(latest()).toMatchObject({ status: 'active', threshold: 50 });
    await evaluate(celsius(2, 55));
    expect(latest()).toMatchObject({ status: 'resolved' });
  });

  it('comes after a checkpoint of what was judged before, or without one when the database does not take it', async () => {
    await evaluate(celsius(1, 55));
    let thresholdsThen: Thresholds | undefined;
    save = async (states) => ((thresholdsThen = rules.thresholds), saved.push(...states), 0);
    const next = upTo(60);
    await rules.judgeBy(next);
    expect(saved).toMatchObject([{ _id: 'd', open: [{ alert_type: 'above_max', threshold: 50 }] }]);
    expect(thresholdsThen).not.toBe(next);
    expect(rules.thresholds).toBe(next);
    await evaluate(celsius(2, 70));
    save = () => Promise.reject(new Error('no database'));
    await rules.judgeBy(upTo(65));
    expect(rules.thresholds.get('temperature_c')?.max).toBe(65);
  });

  it('cannot bring other sensors', async () => {
    const others = compileThresholds(BUILT_IN_SENSORS.slice(1), 0.1);
    await expect(rules.judgeBy(others)).rejects.toThrow(
      'the sensors that have thresholds cannot change while the process runs',
    );
  });
});

describe('an active alert of which the state does not know', () => {
  const raised = async (): Promise<void> => {
    await evaluate(celsius(10, 55), celsius(11, 70));
    active = [written.at(-1)!];
    checkpoints.forget();
    written = [];
  };

  it('is taken up by the next reading outside of the bounds, and resolved by the next inside', async () => {
    await raised();
    await evaluate(celsius(20, 60));
    expect(written).toMatchObject([
      {
        _id: active[0]!._id,
        status: 'active',
        severity: 'critical',
        occurrences: 3,
        last_value: 60,
        version: 3,
      },
    ]);
    await evaluate(celsius(30, 20));
    expect(latest()).toMatchObject({
      _id: active[0]!._id,
      status: 'resolved',
      resolved_at: new Date(30_000),
      version: 4,
    });
  });

  it('is left alone while the readings that led to it come again', async () => {
    await raised();
    await evaluate(celsius(10, 55), celsius(11, 70));
    expect(written).toMatchObject([
      { _id: active[0]!._id, status: 'active', occurrences: 2, version: 2 },
    ]);
  });

  it('is resolved when the state is past its time already', async () => {
    await raised();
    load = async () => [
      { _id: 'd', version: 4, sensors: { temperature_c: { ts: new Date(15_000), active: {} } } },
    ];
    await evaluate(celsius(10, 55));
    expect(written).toMatchObject([
      {
        status: 'resolved',
        resolved_at: new Date(15_000),
        last_seen: new Date(11_000),
        version: 3,
      },
    ]);
  });

  it('is resolved when its readings come again and the thresholds in force would not raise it', async () => {
    await raised();
    await rules.judgeBy(upTo(80));
    await evaluate(celsius(10, 55), celsius(11, 70));
    expect(written).toMatchObject([{ status: 'resolved', resolved_at: new Date(11_000) }]);
  });
});
