import fc from 'fast-check';
import type { ReceiverDocument, RouteDocument, ToldAlert } from '@iot/mongo';
import type { Told } from '../core/told-alert.js';
import { MUTATIONS, type Mutation } from '../testing/mutations.js';
import { World } from '../testing/world.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 150);
/** The same each time, unless it is to explore. */
const SEED = process.env['MODEL_RUNS'] === undefined ? { seed: 2026 } : {};

/** What one alert goes through: its versions, from 1. */
const life = fc.record({
  device: fc.constantFrom('a', 'b', 'c', 'd'),
  escalates: fc.boolean(),
  acknowledged: fc.boolean(),
  resolves: fc.boolean(),
});
type Life = (typeof life extends fc.Arbitrary<infer T> ? T : never) & { readonly id: string };

const PARTITION: Readonly<Record<string, number>> = { a: 0, b: 0, c: 1, d: 1 };
const AT = '2026-01-31T12:00:00.000Z';

/** The changes of an alert, as the log has them. */
function changesOf({ id, device, escalates, acknowledged, resolves }: Life): Told[] {
  let version = 0;
  let severity: ToldAlert['severity'] = 'warning';
  const change = (status: ToldAlert['status'], taken = false): Told => ({
    acknowledged: taken,
    alert: {
      id,
      version: taken ? version : ++version,
      status,
      severity,
      device_id: device,
      sensor_type: 'humidity',
      rule: 'wet',
      message: `${device} is wet`,
      labels: {},
      value: 1,
      last_value: 1,
      threshold: 0,
      started_at: AT,
      resolved_at: status === 'resolved' ? AT : null,
    },
  });
  const changes = [change('active')];
  if (escalates) {
    severity = 'critical';
    changes.push(change('active'));
  }
  if (acknowledged) changes.push(change('active', true));
  if (resolves) changes.push(change('resolved'));
  return changes;
}

/** The log of both partitions: alerts in between each other, each alert in its order. */
function logOf(lives: readonly Life[]): Told[][] {
  const log: Told[][] = [[], []];
  const waiting = lives.map((one) => ({ partition: PARTITION[one.device]!, rest: changesOf(one) }));
  while (waiting.some(({ rest }) => rest.length > 0))
    for (const { partition, rest } of waiting) {
      const next = rest.shift();
      if (next) log[partition]!.push(next);
    }
  return log;
}

const happening = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      process: fc.nat(1),
      times: fc.integer({ min: 1, max: 20 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('kill' as const), process: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('stall' as const), process: fc.nat(1) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('zombie' as const),
      times: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      ms: fc.constantFrom(1000, 6000, 31_000, 120_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('mute' as const),
      device: fc.constantFrom('a', 'b', 'c', 'd'),
      ms: fc.constantFrom(10_000, 60_000, 400_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reroute' as const),
      group_by: fc.constantFrom(['rule'], ['device_id'], [] as string[]),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('weather' as const),
      weather: fc.constantFrom('fine' as const, 'down' as const, 'lost' as const),
    }),
  },
);

const settings = fc.record({
  group_by: fc.constantFrom(['rule'], ['device_id'], [] as string[]),
  group_wait_s: fc.constantFrom(0, 5),
  group_interval_s: fc.constantFrom(0, 20),
  repeat_interval_s: fc.constantFrom(0, 0, 60),
});

const RECEIVER: ReceiverDocument = {
  _id: 'r',
  kind: 'webhook',
  enabled: true,
  rate_limit: { count: 5, per_s: 20 },
  source: 'api',
  version: 1,
  created_at: new Date(0),
  updated_at: new Date(0),
};
const route = (fields: Partial<RouteDocument>): RouteDocument => ({
  _id: 'route',
  enabled: true,
  receiver: 'r',
  match: { selector: { device: '*' } },
  group_by: [],
  group_wait_s: 0,
  group_interval_s: 0,
  repeat_interval_s: 0,
  send_resolved: true,
  source: 'api',
  version: 1,
  created_at: new Date(0),
  updated_at: new Date(0),
  ...fields,
});

const scenario = fc.record({
  lives: fc
    .array(life, { minLength: 1, maxLength: 8 })
    .map((all) => all.map((one, i): Life => ({ ...one, id: `${one.device}|wet|${i}` }))),
  settings,
  happenings: fc.array(happening, { minLength: 5, maxLength: 60 }),
});
type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

async function play({ lives, settings: by, happenings }: Scenario, mutation?: Mutation) {
  const world = new World(logOf(lives), [route(by)], [RECEIVER], mutation);
  for (const event of happenings)
    if (event.kind === 'time') world.now += event.ms;
    else if (event.kind === 'weather') world.weather = event.weather;
    else if (event.kind === 'kill') await world.kill(event.process);
    else if (event.kind === 'stall') world.stall(event.process);
    else if (event.kind === 'mute') world.mute(event.device, event.ms);
    else if (event.kind === 'reroute') world.reroute({ group_by: event.group_by });
    else
      for (let i = 0; i < event.times; i++)
        await (event.kind === 'zombie' ? world.zombieStep() : world.step(event.process));
  await world.calm();
  // Whom a mute covers is not told again.
  world.now = Math.max(world.now, ...world.configured.mutes.map(({ toMs }) => toMs));
  await world.calm();
  const repeatedFrom = world.now;
  if (by.repeat_interval_s > 0) await world.wait(3 * by.repeat_interval_s * 1000);
  return { world, repeatedFrom };
}
type Played = Awaited<ReturnType<typeof play>>;

/** What must be true of what receivers heard, whatever happened. */
function judge({ world, repeatedFrom }: Played, { lives, settings: by, happenings }: Scenario) {
  const { heard } = world;
  const bodies = new Map<string, string>();
  for (const { notification, body } of heard) {
    const before = bodies.get(notification._id);
    expect(body).toBe(before ?? body);
    bodies.set(notification._id, body);
  }
  // Processes that know of a change at different times may tell in the old group and in the new.
  const isRerouted = happenings.some(({ kind }) => kind === 'reroute');
  const muted = new Set(happenings.map((one) => (one.kind === 'mute' ? one.device : '')));
  for (const one of lives) {
    const told = heard.flatMap(({ notification: { _id, alerts } }) =>
      alerts.filter(({ alert }) => alert.id === one.id).map((entry) => ({ ...entry, id: _id })),
    );
    const times = (change: string): number =>
      new Set(told.filter((entry) => entry.change === change).map(({ id }) => id)).size;
    const ends = times('resolved');
    // What began and ended behind a mute is told to nobody.
    const mustEnd = one.resolves && (times('new') > 0 || !muted.has(one.device));
    expect([one.id, ends >= (mustEnd ? 1 : 0)]).toEqual([one.id, true]);
    if (!one.resolves || !isRerouted) expect(ends).toBeLessThanOrEqual(one.resolves ? 1 : 0);
    if (one.resolves && !isRerouted) {
      const at = told.findIndex(({ change }) => change === 'resolved');
      if (at >= 0)
        expect(told.slice(at).every(({ alert }) => alert.status === 'resolved')).toBe(true);
    }
    if (!one.resolves) {
      expect([one.id, times('new') > 0]).toEqual([one.id, true]);
      const severity = one.escalates ? 'critical' : 'warning';
      const said = told.map(({ alert }) => alert.severity);
      expect(isRerouted ? said : said.slice(-1)).toContain(severity);
    }
    if (!isRerouted) expect(times('new')).toBeLessThanOrEqual(one.escalates ? 2 : 1);
    const again = heard.some(
      ({ at, notification: { reason, alerts } }) =>
        at >= repeatedFrom &&
        reason === 'repeat' &&
        alerts.some(({ alert }) => alert.id === one.id),
    );
    const isOpen = !one.resolves && !one.acknowledged;
    expect([one.id, 'again', again]).toEqual([one.id, 'again', isOpen && by.repeat_interval_s > 0]);
  }
  const waiting = [...world.state.notifications.values()].filter((one) => one.status === 'dead');
  expect(waiting).toEqual([]);
  const { count, per_s: perS } = RECEIVER.rate_limit;
  for (const { at } of world.attempts) {
    const near = world.attempts.filter((other) => other.at >= at && other.at < at + perS * 1000);
    expect(near.length).toBeLessThanOrEqual(2 * count);
  }
}

it('each alert is told, its end once, and repeats carry the same id and body', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async (played) => judge(await play(played), played)),
    { numRuns: RUNS, ...SEED },
  );
}, 600_000);

/** Where a bug that shows in few runs was seen soon. The search goes on in any case. */
const SEEN: Partial<Record<Mutation, number>> = {
  'no outbox': 6,
  'group without compare-and-set': 9,
  'older versions overwrite': 4,
  'told alerts are forgotten': 4,
  'woken before the alerts are there': 8,
  'taken out of a group before it is in the other': 8,
};

it.each(MUTATIONS)(
  'finds the bug: %s',
  async (mutation) => {
    const found = await fc.check(
      fc.asyncProperty(scenario, async (played) => judge(await play(played, mutation), played)),
      { numRuns: 2000, seed: SEEN[mutation] ?? 1, endOnFailure: true },
    );
    expect([mutation, found.failed]).toEqual([mutation, true]);
  },
  600_000,
);
