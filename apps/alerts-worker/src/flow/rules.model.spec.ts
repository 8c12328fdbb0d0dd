import type { VersionedRule } from '@iot/alerting';
import type { AlertDocument } from '@iot/mongo';
import fc from 'fast-check';
import { callFate } from '../testing/arbitrary-fate.js';
import { arbitraryRules, arbitrarySeconds } from '../testing/arbitrary-rules.js';
import type { LoggedReading } from '../testing/oracle.js';
import { expectedRuleAlerts, type ExpectedRuleAlert } from '../testing/rule-oracle.js';
import {
  RULE_MUTATIONS,
  World,
  type CallFate,
  type Mutation,
  type Worker,
} from '../testing/world.js';

interface Step {
  readonly kind:
    'batch' | 'checkpoint' | 'look' | 'kill' | 'stall' | 'stalled worker goes on' | 'rebalance';
  readonly length: number;
  readonly fates: readonly CallFate[];
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 6, arbitrary: fc.constant('batch' as const) },
    { weight: 3, arbitrary: fc.constantFrom('checkpoint' as const, 'look' as const) },
    {
      weight: 2,
      arbitrary: fc.constantFrom('kill' as const, 'rebalance' as const, 'stall' as const),
    },
    { weight: 2, arbitrary: fc.constant('stalled worker goes on' as const) },
  ),
  length: fc.integer({ min: 1, max: 8 }),
  fates: fc.array(callFate, { maxLength: 5 }),
});

const quietly = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);

/** What a worker does by itself now and then. */
const look = (worker: Worker): Promise<unknown> =>
  quietly(worker.sweep.run().then(() => worker.watch.look()));

async function play(
  log: readonly LoggedReading[],
  rules: readonly VersionedRule[],
  steps: readonly Step[],
  mutation?: Mutation,
): Promise<World> {
  const world = new World([log], mutation, rules);
  const all = [world.assign()];
  let stalled: Worker | undefined;
  for (const { kind, length, fates } of steps) {
    world.ordain(fates);
    const worker = kind === 'stalled worker goes on' ? stalled : world.owner!;
    if (!worker) continue;
    if (kind === 'batch') await worker.batch(0, length);
    if (kind === 'checkpoint') await quietly(worker.checkpoints.take());
    if (kind === 'look') await look(worker);
    if (kind === 'rebalance') worker.rejoin();
    if (kind === 'stalled worker goes on') {
      await worker.batch(0, length);
      await quietly(worker.checkpoints.take());
    }
    if (kind === 'stall') stalled = world.owner;
    if (kind === 'kill' || kind === 'stall') all.push(world.assign());
  }
  world.ordain([]);
  await settle(world);
  for (const worker of all) worker.checkpoints.forget();
  return world;
}

async function settle(world: World): Promise<void> {
  const owner = world.owner!;
  for (let round = 0; round < 300; round++) {
    await owner.batch(0, 8);
    await quietly(owner.checkpoints.take());
    if (!owner.done) continue;
    await look(owner);
    await quietly(owner.checkpoints.take());
    if (round > 0) return;
  }
}

const found = (alert: AlertDocument): ExpectedRuleAlert => ({
  id: alert._id,
  status: alert.status,
  severity: alert.severity,
  value: alert.value,
  occurrences: alert.occurrences,
  lastValue: alert.last_value,
  lastSeen: alert.last_seen.getTime(),
  resolvedAt: alert.resolved_at?.getTime() ?? null,
  version: alert.version,
});
const byId = (alerts: readonly ExpectedRuleAlert[]): ExpectedRuleAlert[] =>
  [...alerts].sort((a, b) => (a.id < b.id ? -1 : 1));

const property = (mutation?: Mutation) =>
  fc.asyncProperty(
    arbitrarySeconds(40),
    arbitraryRules(4),
    fc.array(step, { maxLength: 20 }),
    async (log, rules, steps) => {
      const world = await play(log, rules, steps, mutation);
      const isSilent = (id: string): boolean =>
        rules.find(({ name }) => name === id.split('|')[1])!.condition.kind === 'silent';
      const alerts = byId([...world.alerts.values()].map(found));
      const expected = byId(expectedRuleAlerts(log, rules));
      // Who cannot go on with a count begins another, and finds silences later or not at all. It
      // never finds one that was none.
      const isExact = world.lines <= 1;
      const compared = (one: ExpectedRuleAlert): boolean => isExact || !isSilent(one.id);
      expect(alerts.filter(compared)).toEqual(expected.filter(compared));
      const ids = new Set(expected.map(({ id }) => id));
      expect(alerts.filter(({ id }) => !ids.has(id))).toEqual([]);
      for (const { id, status, version } of alerts.filter(compared)) {
        const told = [...world.events.values()].filter(({ subject }) => subject === id);
        const types = told.map(({ type }) => type.split('.').at(-1));
        const wasRaised = status === 'active' || status === 'resolved';
        expect([id, types.includes('raised')]).toEqual([id, wasRaised]);
        expect(world.events.get(`${id}/${version}`)?.type.endsWith('resolved') ?? false).toBe(
          status === 'resolved',
        );
      }
    },
  );

/** Where a bug that shows in few runs was seen soon. The search goes on in any case. */
const SEED: Partial<Record<Mutation, number>> = {
  'a progress that is ahead of what is committed goes on': 2,
  'what is told is told before it is written, and not again': 4,
};

describe('rules of every kind under kills, stalls and rebalances', () => {
  it('raise and tell what the oracle says', async () => {
    await fc.assert(property(), { numRuns: Number(process.env['MODEL_RUNS'] ?? 500) });
  }, 600_000);

  it('leave no alert open when they are deleted, disabled or narrowed', async () => {
    await fc.assert(gone(), { numRuns: 100 });
  }, 600_000);

  it.each(RULE_MUTATIONS)(
    'the model finds that %s',
    async (mutation) => {
      const broken =
        mutation === 'an alert of a rule that is gone stays' ? gone(mutation) : property(mutation);
      const seed = SEED[mutation] ?? 1;
      const result = await fc.check(broken as never, { numRuns: 5000, seed, endOnFailure: true });
      expect(result.failed).toBe(true);
    },
    600_000,
  );
});

const CHANGES: Record<string, (rule: VersionedRule) => VersionedRule[]> = {
  rule_deleted: () => [],
  rule_disabled: (rule) => [{ ...rule, version: 2, enabled: false }],
  rule_narrowed: (rule) => [{ ...rule, version: 2, selector: { ...rule.selector, device: 'z' } }],
};

function gone(mutation?: Mutation) {
  return fc.asyncProperty(
    arbitrarySeconds(20),
    arbitraryRules(3),
    fc.constantFrom(...Object.keys(CHANGES)),
    async (log, rules, reason) => {
      const world = await play(log, rules, [], mutation);
      const open = world.openOf().map(({ _id }) => _id);
      const changed = rules.flatMap(CHANGES[reason]!);
      world.rules = changed;
      const owner = world.assign();
      await look(owner);
      await quietly(owner.checkpoints.take());
      owner.checkpoints.forget();
      expect(world.openOf()).toEqual([]);
      for (const id of open) expect(world.alerts.get(id)!.resolved_reason).toBe(reason);
    },
  );
}
