import fc from 'fast-check';
import { Intake } from './intake.js';
import { LineRing } from './line-ring.js';
import { Pace } from './pace.js';

const line = (level: string, n: number, text = ''): string =>
  `${JSON.stringify({ level, time: 't', service: 's', n, msg: text })}\n`;
const numberOf = (text: string): number => (JSON.parse(text) as { n: number }).n;

describe('the ring', () => {
  it('holds the newest lines within its bytes, and says how many have gone', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ push: fc.integer({ min: 0, max: 400 }) }) },
      fc.record({ take: fc.integer({ min: 1, max: 20 }), ack: fc.integer({ min: 0, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const ring = new LineRing(4000);
        let [number, gone, taken] = [0, 0, 0];
        for (const did of steps) {
          if ('push' in did) gone += ring.push(line('info', number++, 'x'.repeat(did.push)));
          else {
            const oldest = ring.oldest(did.take, 1000).map(numberOf);
            expect(oldest).toEqual(oldest.map((_, i) => ring.first + i));
            expect(oldest.length > 0).toBe(ring.size > 0);
            const before = ring.size;
            ring.dropBefore(ring.first + Math.min(did.ack, oldest.length));
            taken += before - ring.size;
          }
          expect(ring.bytes).toBeLessThanOrEqual(4000);
          expect(ring.size + gone + taken).toBe(number);
          expect(ring.first + ring.size).toBe(number);
        }
        expect(ring.oldest(Infinity, Infinity).at(-1)).toEqual(
          ring.size > 0 ? expect.stringContaining(`"n":${number - 1},`) : undefined,
        );
      }),
    );
  });

  it('has no room for a line that is larger than itself, and is empty then', () => {
    const ring = new LineRing(500);
    ring.push(line('info', 0));
    expect(ring.push(line('info', 1, 'x'.repeat(500)))).toBe(2);
    expect([ring.size, ring.bytes, ring.first]).toEqual([0, 0, 2]);
  });
});

describe('the pace', () => {
  it('lets no more pass than its rate in any time, but for a burst of two seconds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: -50, max: 300 }), { minLength: 1, maxLength: 300 }),
        (rate, steps) => {
          const pace = new Pace(rate);
          let now = 1000;
          const passed: number[] = [];
          for (const step of steps) {
            now += step;
            if (pace.take(now)) passed.push(now);
          }
          const span = Math.max(...passed) - Math.min(1000, ...passed);
          expect(passed.length).toBeLessThanOrEqual(rate * 2 + (rate * (span + 50)) / 1000 + 1);
          expect(passed.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('what is taken in', () => {
  const options = { linesPerSecond: 10, bufferBytes: 1_000_000 };

  it('counts what is too much, and lets talk take nothing from trouble', () => {
    const intake = new Intake(options);
    for (let n = 0; n < 100; n++) intake.offer(line('info', n), 0);
    for (let n = 0; n < 15; n++) intake.offer(line(['warn', 'error', 'fatal'][n % 3]!, n), 0);
    expect(intake.ring.size).toBe(20 + 15);
    expect(intake.dropped).toEqual({ rate: 80, full: 0 });
  });

  it('leaves out the lines of the Kafka client, and those alone', () => {
    const intake = new Intake(options);
    intake.offer('{"level":"warn","time":"t","service":"s","component":"kafkajs","msg":"x"}\n', 0);
    intake.offer(line('info', 1, '"component":"kafkajs"'), 0);
    expect(intake.ring.oldest(9, Infinity).map(numberOf)).toEqual([1]);
  });

  it('accounts for each line that is not of the client', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('info', 'warn'), fc.integer({ min: 0, max: 3000 }))),
        fc.integer({ min: 1, max: 20 }),
        (lines, linesPerSecond) => {
          const intake = new Intake({ linesPerSecond, bufferBytes: 5000 });
          lines.forEach(([level, length], n) =>
            intake.offer(line(level, n, 'x'.repeat(length)), n),
          );
          const { rate, full } = intake.dropped;
          expect(rate + full + intake.ring.size).toBe(lines.length);
        },
      ),
    );
  });
});
