import fc from 'fast-check';
import { JoinedCalls, type JoiningOptions } from './joined-calls.js';

type Options = JoiningOptions<number, readonly number[]>;

/** Doubles numbers; `run` may fail. Returns also how many items each run had. */
function doubling(options: Partial<Options> = {}): {
  calls: JoinedCalls<number, readonly number[]>;
  runs: number[];
} {
  const runs: number[] = [];
  const { run = (items) => Promise.resolve(items.map((n) => n * 2)) } = options;
  const calls = new JoinedCalls<number, readonly number[]>({
    share: (answers, from, to) => answers.slice(from, to),
    soon: (work) => setImmediate(work),
    meetsAll: () => false,
    ...options,
    run: (items) => {
      runs.push(items.length);
      return run(items);
    },
  });
  return { calls, runs };
}

const batches = fc.array(fc.array(fc.nat(), { maxLength: 300 }), { minLength: 1, maxLength: 6 });

it('gives each call what it would get alone, and small ones go together', async () => {
  await fc.assert(
    fc.asyncProperty(batches, async (all) => {
      const { calls, runs } = doubling();
      const answers = await Promise.all(all.map((items) => calls.call(items)));
      expect(answers).toEqual(all.map((items) => items.map((n) => n * 2)));
      const small = all.filter((items) => items.length <= 256).length;
      expect(runs).toHaveLength(all.length - Math.max(0, small - 1));
    }),
  );
});

const BAD = 13;
const failing: Options['run'] = (items) =>
  items.includes(BAD) ? Promise.reject(new RangeError('13')) : Promise.resolve(items);

it('lets only that call fail whose fault it is', async () => {
  const { calls } = doubling({ run: failing });
  const ended = await Promise.allSettled([[1, 2], [BAD], [3]].map((items) => calls.call(items)));
  expect(ended.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('asks nothing again when the error would meet all', async () => {
  const { calls, runs } = doubling({ run: failing, meetsAll: () => true });
  const ended = await Promise.allSettled([[1, 2], [BAD]].map((items) => calls.call(items)));
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(runs).toEqual([3]);
});

it('begins anew for what comes later', async () => {
  const { calls, runs } = doubling();
  await calls.call([1]);
  await Promise.all([calls.call([2]), calls.call([3])]);
  expect(runs).toEqual([1, 2]);
});
