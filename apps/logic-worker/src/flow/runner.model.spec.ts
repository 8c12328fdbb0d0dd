import { chance, World, Worker, type Bug, type Logged } from '../testing/world.js';

const RUNS = Number(process.env['MODEL_RUNS'] ?? 200);
const MACHINES = ['a', 'b', 'c'];

/** Two partitions; one machine's readings are in both, as partitions were added. */
function newLog(random: () => number): Map<string, Logged[]> {
  const log = new Map<string, Logged[]>([
    ['t/0', []],
    ['t/1', []],
  ]);
  const sent: string[] = [];
  for (let i = 0; i < 24; i++) {
    const machine = MACHINES[Math.floor(random() * MACHINES.length)]!;
    const at = machine === 'a' ? 't/0' : machine === 'b' ? 't/1' : i < 12 ? 't/0' : 't/1';
    const partition = log.get(at)!;
    // A device sends one of its last readings again.
    const before = partition.filter((one) => one.machine === machine).slice(-3);
    const copy = before.length > 0 && random() < 0.15 ? before[0]! : undefined;
    const eventId = copy?.eventId ?? `e${i}`;
    sent.push(eventId);
    const bad = copy?.bad ?? random() < 0.15;
    partition.push({ machine, at, offset: partition.length, eventId, bad });
  }
  return log;
}

/** Plays until everything is handled and every dead letter sent back. */
async function play(seed: number, bug?: Bug): Promise<World> {
  const random = chance(seed);
  const world = new World(newLog(random), random, bug);
  let workers = [new Worker(world), new Worker(world)];
  const trouble = 60;
  for (let step = 0; step < 2000; step++) {
    const calm = step > trouble;
    if (!calm && world.happens(0.1)) {
      const which = Math.floor(random() * 2);
      workers[which]!.kill();
      workers[which] = new Worker(world);
    }
    if (step === trouble) {
      world.version = 2;
      workers = [new Worker(world), new Worker(world)];
    } else if (world.happens(0.1)) {
      if (world.happens(0.3)) world.version = 2;
      workers[Math.floor(random() * 2)]!.learn();
    }
    if (world.happens(0.2)) workers[Math.floor(random() * 2)]!.forget();
    // Each partition by one worker, or, where one of them is cut off unaware, by both.
    const jobs: Promise<void>[] = [];
    for (const [at, partition] of world.log)
      for (const worker of !calm && world.happens(0.25) ? workers : [workers[step % 2]!])
        jobs.push(batch(world, worker, at, partition));
    if (calm || world.happens(0.2)) jobs.push(redrive(world, workers[(step + 1) % 2]!));
    const killed = !calm && world.happens(0.15) ? workers[0] : undefined;
    for (let i = Math.floor(random() * 12); killed && i > 0; i--) await Promise.resolve();
    killed?.kill();
    if (killed) workers[0] = new Worker(world);
    await Promise.race([Promise.all(jobs), ticks(400)]);
    const done = [...world.log].every(([at, all]) => (world.committed.get(at) ?? 0) >= all.length);
    if (calm && done && world.deadLetters.length === 0) return world;
  }
  throw new Error(`seed ${seed} does not come to an end`);
}

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

async function batch(
  world: World,
  worker: Worker,
  at: string,
  partition: readonly Logged[],
): Promise<void> {
  const from = world.committed.get(at) ?? 0;
  const to = Math.min(partition.length, from + 1 + Math.floor(world.random() * 6));
  if (from === to) return;
  const commit = (): void =>
    void world.committed.set(at, Math.max(to, world.committed.get(at) ?? 0));
  try {
    const failed = await worker.handle(partition.slice(from, to), false);
    if (world.bug === 'committed before dead letters are there') {
      commit();
      if (world.happens(0.3)) return;
    }
    world.deadLetters.push(...failed);
    if (world.happens(0.1)) return;
    commit();
  } catch {
    // It comes again.
  }
}

async function redrive(world: World, worker: Worker): Promise<void> {
  const letters = [...world.deadLetters];
  // The retry topic may have one twice.
  const twice = world.happens(0.2) ? [...letters, ...letters] : letters;
  if (twice.length === 0) return;
  try {
    const failed = await worker.handle(twice, true);
    world.deadLetters.push(...failed);
    // Its offset may not be committed.
    if (world.happens(0.1)) return;
    for (const letter of letters) {
      const place = world.deadLetters.indexOf(letter);
      if (place >= 0) world.deadLetters.splice(place, 1);
    }
  } catch {
    // It comes again.
  }
}

/** Written apart: what must hold whatever happened. @returns what is wrong, if anything */
function wrong(world: World): string | undefined {
  for (const machine of MACHINES) {
    const readings = [...world.log.values()].flat().filter((one) => one.machine === machine);
    const stored = world.stored.get(machine)?.state ?? '{}';
    const ids = stored === '{}' ? [] : (JSON.parse(stored) as string[]);
    const events = new Set(readings.map(({ eventId }) => eventId));
    if (new Set(ids).size !== ids.length) return `${machine} counts a reading twice: ${stored}`;
    if (ids.length !== events.size) return `${machine} lacks a reading: ${stored}`;
    // What never failed is in the order of its partition.
    for (const at of world.log.keys()) {
      const order = ids.filter((id) => readings.some((one) => one.eventId === id && one.at === at));
      const good = order.filter((id) => !readings.find((one) => one.eventId === id)!.bad);
      const offsets = good.map((id) => readings.find((one) => one.eventId === id)!.offset);
      const isHeldBack = readings.some(({ bad }) => bad);
      if (!isHeldBack && offsets.some((offset, i) => i > 0 && offset < offsets[i - 1]!))
        return `${machine} is out of order: ${stored}`;
    }
    for (const id of ids)
      if (!world.published.some(({ json }) => json === JSON.stringify(id)))
        return `the result of ${id} is missing`;
  }
  const texts = new Map<string, string>();
  for (const { id, json } of world.published) {
    if (texts.has(id) && texts.get(id) !== json) return `${id} has two results`;
    texts.set(id, json);
  }
  return undefined;
}

it('counts each reading once, with its result, whatever ends in between', async () => {
  for (let seed = 1; seed <= RUNS; seed++)
    expect([seed, wrong(await play(seed))]).toEqual([seed, undefined]);
}, 120_000);

it.each<Bug>([
  'no compare-and-set',
  'results acknowledged before they are there',
  'positions forgotten',
  'skips forgotten',
  'ids forgotten',
  'committed before dead letters are there',
  'state without its readings',
])('finds a world with %s', async (bug) => {
  for (let seed = 1; seed <= 400; seed++) {
    const found = await play(seed, bug).then(wrong, (error: Error) => error.message);
    if (found !== undefined) return;
  }
  throw new Error('not found');
});
