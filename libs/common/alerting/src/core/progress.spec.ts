import fc from 'fast-check';
import { BLIND_MS, PartitionProgress } from './progress.js';

/** Records of one arrival a second, read at once. */
const backlog = (progress: PartitionProgress, from: number, to: number, now = 0): number => {
  for (let at = from; at <= to; at += 1000) progress.record(at, now);
  return progress.ms;
};

test('in a backlog it is the time between arrivals, however fast it is read', () =>
  expect(backlog(new PartitionProgress(), 1000, 61_000)).toBe(60_000));

test('at the end it is the time between answers of the broker', () => {
  const progress = new PartitionProgress();
  progress.record(1000, 0);
  for (let now = 100; now <= 20_100; now += 2000) progress.end(now);
  expect(progress.ms).toBe(20_000);
});

test.each([
  ['a stopped broker: no record and no answer for a minute', 61_000, 60_000],
  ['a clock that was set: an arrival an hour ahead', 3_601_000, 100],
])('%s does not count', (_, receivedAt, now) => {
  const progress = new PartitionProgress();
  progress.record(1000, 0);
  progress.end(10);
  progress.end(20);
  progress.record(receivedAt, now);
  progress.record(receivedAt + 1, now + 1);
  expect(progress.ms).toBeLessThanOrEqual(100);
});

test('a worker that was stopped at the end reads what came meanwhile as a backlog', () => {
  const progress = new PartitionProgress();
  progress.record(1000, 0);
  progress.end(10);
  progress.end(60_010);
  expect(backlog(progress, 2000, 61_000, 60_020)).toBeLessThanOrEqual(60_020);
});

test('what is read as it comes goes by as the clock does', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ wait: fc.integer({ min: 1, max: 2000 }), late: fc.array(fc.nat(400)) }),
        {
          minLength: 1,
        },
      ),
      (answers) => {
        const progress = new PartitionProgress();
        progress.record(1_000_000, 0);
        progress.end(0);
        let now = 0;
        for (const { wait, late } of answers) {
          now += wait;
          for (const ms of late) progress.record(1_000_000 + now - ms, now);
          progress.end(now);
        }
        expect(progress.ms).toBe(now);
      },
    ),
  ));

test('it never goes back, and never counts more than was seen of the time', () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.boolean(), fc.integer({ min: -10_000, max: 60_000 }), fc.nat(60_000))),
      (steps) => {
        const progress = new PartitionProgress();
        let [now, arrival, before] = [0, 0, 0];
        for (const [isRecord, later, passed] of steps) {
          now += passed;
          arrival += later;
          if (isRecord) progress.record(arrival, now);
          else progress.end(now);
          expect(progress.ms - before).toBeGreaterThanOrEqual(0);
          expect(progress.ms - before).toBeLessThanOrEqual(BLIND_MS);
          before = progress.ms;
        }
      },
    ),
  ));
