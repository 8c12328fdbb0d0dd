import fc from 'fast-check';
import { callFate } from '../testing/arbitrary-fate.js';
import { arbitraryLog, BOUNDS } from '../testing/arbitrary-log.js';
import type { LoggedReading } from '../testing/oracle.js';
import {
  MOVED_MUTATIONS,
  World,
  type CallFate,
  type Mutation,
  type Worker,
} from '../testing/world.js';

/**
 * The partition before the topic grew, the one that devices moved to, and the retry topic, which
 * takes what is redriven.
 */
const PARTITIONS = [0, 1, 2] as const;
const DEVICES = ['a'] as const;

/** One thing that happens to the worker of a partition. */
interface Step {
  readonly kind:
    | 'batch'
    | 'checkpoint'
    | 'batch and checkpoint'
    | 'all batches'
    | 'kill'
    | 'unaware'
    | 'rebalance';
  readonly partition: number;
  readonly length: number;
  readonly fates: readonly CallFate[];
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('batch' as const, 'all batches' as const) },
    {
      weight: 3,
      arbitrary: fc.constantFrom('checkpoint' as const, 'batch and checkpoint' as const),
    },
    { weight: 2, arbitrary: fc.constantFrom('kill' as const, 'rebalance' as const) },
    { weight: 3, arbitrary: fc.constant('unaware' as const) },
  ),
  partition: fc.constantFrom(...PARTITIONS),
  length: fc.integer({ min: 1, max: 5 }),
  fates: fc.array(callFate, { maxLength: 6 }),
});

/**
 * A log whose readings have times of their own, spread over partitions: from some point on a device
 * writes to the new one; some are redriven.
 */
const spread: fc.Arbitrary<LoggedReading[][]> = fc
  .tuple(
    arbitraryLog(DEVICES, 30, false),
    fc.nat(30),
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 30, maxLength: 30 }),
  )
  .map(([log, growth, luck]) => {
    const partitions: LoggedReading[][] = PARTITIONS.map(() => []);
    const seen = new Set<string>();
    log.forEach((entry, i) => {
      if (seen.has(`${entry.device}|${entry.ts}`)) return;
      seen.add(`${entry.device}|${entry.ts}`);
      partitions[luck[i] === 0 ? 2 : i < growth ? 0 : 1]!.push(entry);
    });
    return partitions;
  });

const take = (worker: Worker): Promise<void> => worker.checkpoints.take().catch(() => undefined);

async function play(
  partitions: readonly LoggedReading[][],
  steps: readonly Step[],
  mutation?: Mutation,
): Promise<World> {
  const world = new World(partitions, mutation);
  const all: Worker[] = PARTITIONS.map((partition) => world.assign([partition]));
  const lost: Worker[] = [];
  const owners = (): Worker[] => [...new Set(world.owners)] as Worker[];
  for (const { kind, partition, length, fates } of steps) {
    world.ordain(fates);
    const worker = world.owners[partition]!;
    const mine = PARTITIONS.filter((other) => world.owners[other] === worker);
    const work: Promise<unknown>[] = [];
    if (kind === 'rebalance') {
      const to = world.owners[(partition + 1) % PARTITIONS.length]!;
      world.owners[partition] = to;
      for (const each of new Set([worker, to])) each.rejoin();
    }
    if (kind === 'all batches')
      for (const other of PARTITIONS) work.push(world.owners[other]!.batch(other, length));
    if (kind === 'batch' || kind === 'batch and checkpoint' || kind === 'unaware')
      work.push(worker.batch(partition, length));
    if (kind === 'checkpoint' || kind === 'batch and checkpoint') work.push(take(worker));
    // What a worker is at that lost its partitions unaware goes on beside its successor; a killed
    // one is gone before there is a successor.
    if (kind === 'kill' || kind === 'unaware') {
      all.push(world.assign(mine));
      work.push(world.owners[partition]!.batch(partition, length));
      if (kind === 'unaware') lost.push(worker);
    }
    await Promise.all(work);
  }
  world.ordain([]);
  // Those that lost their partitions find that out.
  for (const worker of lost) worker.rejoin();
  for (let i = 0; i < 100 && !isSettled(world); i++) {
    for (const partition of PARTITIONS) await world.owners[partition]!.batch(partition, 7);
    for (const worker of owners()) await take(worker);
  }
  for (let i = 0; i < 5; i++) for (const worker of [...lost, ...owners()]) await take(worker);
  for (const worker of all) worker.checkpoints.forget();
  return world;
}

const isSettled = (world: World): boolean =>
  world.partitions.every((log, partition) => world.committed[partition] === log.length);

/**
 * What is active when all is evaluated: whatever became of older readings, the newest one of a
 * sensor decides.
 */
function expectedActive(log: readonly LoggedReading[]): string[] {
  const newest = [...log].sort((a, b) => a.ts - b.ts);
  return DEVICES.flatMap((device) =>
    Object.entries(BOUNDS).flatMap(([sensor, [min, max]]) => {
      const value = newest.findLast(
        (entry) => entry.device === device && entry.values[sensor] !== undefined,
      )?.values[sensor];
      if (value === undefined || (value >= min && value <= max)) return [];
      return [`${device}|${sensor}|${value > max ? 'above_max' : 'below_min'}`];
    }),
  ).sort();
}

const property = (mutation?: Mutation) =>
  fc.asyncProperty(spread, fc.array(step, { maxLength: 25 }), async (partitions, steps) => {
    const world = await play(partitions, steps, mutation);
    expect(isSettled(world)).toBe(true);
    const active = world.openOf(DEVICES);
    const names = active.map(({ device_id, sensor_type, alert_type }) =>
      [device_id, sensor_type, alert_type].join('|'),
    );
    expect(names.sort()).toEqual(expectedActive(partitions.flat()));
    // Each of them as the stored state has it, so that whoever goes on from there goes on with it.
    for (const { _id, device_id, version, occurrences, last_seen, last_value, timestamp } of active)
      expect(world.states.get(device_id)!.open!.find(({ _id: id }) => id === _id)).toMatchObject({
        version,
        occurrences,
        last_seen,
        last_value,
        timestamp,
      });
  });

/** Where a bug that shows in few runs was seen soon. The search goes on in any case. */
const SEED: Partial<Record<Mutation, number>> = {
  'an alert that is there in a later version is not heard of': 4,
  'what was written by a dropped state is not looked at again': 6,
};

describe('alerts of devices that move to another partition, or whose readings are redriven', () => {
  it('end as the newest readings say, whatever the workers of both partitions do meanwhile', async () => {
    await fc.assert(property(), { numRuns: Number(process.env['MODEL_RUNS'] ?? 1000) });
  }, 600_000);

  it.each(MOVED_MUTATIONS)(
    'the model finds it when %s',
    async (mutation) => {
      const { failed } = await fc.check(property(mutation), {
        numRuns: 20_000,
        seed: SEED[mutation] ?? 1,
        endOnFailure: true,
      });
      expect(failed).toBe(true);
    },
    120_000,
  );
});
