import fc from 'fast-check';
import { callFate } from '../testing/arbitrary-fate.js';
import { arbitraryLog, BOUNDS } from '../testing/arbitrary-log.js';
import { expectedAlerts, type LoggedReading } from '../testing/oracle.js';
import { MUTATIONS, World, type CallFate, type Mutation, type Worker } from '../testing/world.js';

/**
 * One thing that happens: batches of both partitions side by side, perhaps with a checkpoint, or a
 * change of who owns the partitions.
 */
interface Step {
  readonly kind:
    | 'batches'
    | 'checkpoint'
    | 'batches and checkpoint'
    | 'kill'
    | 'stall'
    | 'stalled worker goes on'
    | 'rebalance'
    | 'too late';
  readonly lengths: readonly [number, number];
  readonly fates: readonly CallFate[];
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constant('batches' as const) },
    { weight: 3, arbitrary: fc.constant('batches and checkpoint' as const) },
    {
      weight: 3,
      arbitrary: fc.constantFrom('checkpoint' as const, 'kill' as const, 'rebalance' as const),
    },
    { weight: 1, arbitrary: fc.constantFrom('stall' as const, 'too late' as const) },
    { weight: 2, arbitrary: fc.constant('stalled worker goes on' as const) },
  ),
  lengths: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
  fates: fc.array(callFate, { maxLength: 6 }),
});

const take = (worker: Worker): Promise<void> => worker.checkpoints.take().catch(() => undefined);

async function play(
  partitions: readonly LoggedReading[][],
  steps: readonly Step[],
  mutation?: Mutation,
): Promise<World> {
  const world = new World(partitions, mutation);
  const all: Worker[] = [world.assign()];
  let stalled: Worker | undefined;
  for (const { kind, lengths, fates } of steps) {
    world.ordain(fates);
    const worker = kind === 'stalled worker goes on' ? stalled : world.owner!;
    if (!worker) continue;
    const work: Promise<unknown>[] = [];
    if (kind === 'rebalance') {
      work.push(...lengths.map((length, partition) => worker.batch(partition, length)));
      await new Promise((resolve) => setImmediate(resolve));
      worker.rejoin();
      work.push(...lengths.map((length, partition) => worker.batch(partition, length)));
    }
    // A worker loses its partitions unaware, stores what it knows when the next one is long past
    // it, and that one has to read it.
    if (kind === 'too late') {
      await Promise.all(lengths.map((length, partition) => worker.batch(partition, length)));
      all.push(world.assign());
      for (let i = 0; i < 2; i++)
        await Promise.all([world.owner!.batch(0, 6), world.owner!.batch(1, 6)]);
      await take(world.owner!);
      await take(worker);
      world.owner!.rejoin();
    }
    if (/batches|goes on/.test(kind))
      work.push(...lengths.map((length, partition) => worker.batch(partition, length)));
    if (/checkpoint|goes on/.test(kind)) work.push(take(worker));
    // The work at hand of a worker that loses its partitions goes on for a while beside the next
    // owner's; that of a stalled one later.
    if (kind === 'kill')
      work.push(
        ...lengths.map((length, partition) => worker.batch(partition, length)),
        take(worker),
      );
    if (kind === 'stall') stalled = worker;
    if (kind === 'kill' || kind === 'stall') {
      all.push(world.assign());
      work.push(world.owner!.batch(0, lengths[1]));
    }
    await Promise.all(work);
  }
  world.ordain([]);
  for (let i = 0; i < 1000 && !world.owner!.done; i++)
    await Promise.all([world.owner!.batch(0, 7), world.owner!.batch(1, 7)]);
  await world.owner!.checkpoints.take();
  for (let i = 0; i < 1000 && !world.owner!.done; i++)
    await Promise.all([world.owner!.batch(0, 7), world.owner!.batch(1, 7)]);
  await world.owner!.checkpoints.take();
  for (const worker of all) worker.checkpoints.forget();
  return world;
}

const sorted = <T extends { _id: string }>(documents: Iterable<T>): T[] =>
  [...documents].sort((a, b) => (a._id < b._id ? -1 : 1));

const property = (mutation?: Mutation) =>
  fc.asyncProperty(
    arbitraryLog(['a', 'b', 'c'], 30),
    arbitraryLog(['x', 'y', 'z'], 30),
    fc.array(step, { maxLength: 25 }),
    async (first, second, steps) => {
      const world = await play([first, second], steps, mutation);
      const expected = sorted(expectedAlerts([...first, ...second], BOUNDS).values());
      expect(sorted(world.alerts.values()).map(({ message: _, ...rest }) => rest)).toEqual(
        expected,
      );
      expect(world.committed).toEqual([first.length, second.length]);
    },
  );

describe('alerts and checkpoints', () => {
  it('end in the same alerts after kills, stalls, rebalances and lost answers at any moment', async () => {
    await fc.assert(property(), { numRuns: 400 });
  }, 120_000);

  it.each(MUTATIONS)(
    'the model finds it when %s',
    async (mutation) => {
      const { failed } = await fc.check(property(mutation), {
        numRuns: 3000,
        seed: 1,
        endOnFailure: true,
      });
      expect(failed).toBe(true);
    },
    120_000,
  );
});
