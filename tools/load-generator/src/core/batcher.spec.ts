import fc from 'fast-check';
import { Batcher, laneCount } from './batcher.js';
import type { LoadEvent } from './event.js';

const event = (device: number, due: number): LoadEvent => ({
  due,
  reading: { device, device_id: `d${device}`, event_id: `e${due}`, ts: due, json: '{}' },
  late: false,
  duplicate: false,
  bad: undefined,
});

describe('Batcher', () => {
  it('loses nothing, keeps each device in one lane and in order, and no batch is too large', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 10 }),
        fc.array(fc.nat(20)),
        (lanes, size, devices) => {
          const batcher = new Batcher(lanes, size);
          const requests = devices.flatMap((device, due) => batcher.add(event(device, due)) ?? []);
          requests.push(...batcher.flush());
          expect(batcher.flush()).toEqual([]);
          const perDevice = new Map<number, { lane: number; due: number }>();
          let count = 0;
          for (const { lane, events, due } of requests) {
            expect(events.length).toBeGreaterThan(0);
            expect(events.length).toBeLessThanOrEqual(size);
            expect(due).toBe(events.at(-1)!.due);
            for (const one of events) {
              count++;
              const before = perDevice.get(one.reading.device);
              if (before) {
                expect(lane).toBe(before.lane);
                expect(one.due).toBeGreaterThan(before.due);
              }
              perDevice.set(one.reading.device, { lane, due: one.due });
            }
          }
          expect(count).toBe(devices.length);
        },
      ),
    );
  });

  it('does not fill all lanes at the same moment', () => {
    const batcher = new Batcher(4, 100);
    const full: number[] = [];
    for (let n = 0; n < 2_000; n++) if (batcher.add(event(n % 4, n))) full.push(n);
    const gaps = full.map((n, index) => n - (full[index - 1] ?? 0)).slice(1);
    expect(Math.min(...gaps)).toBeGreaterThan(50);
  });
});

describe('laneCount', () => {
  it.each([
    [64, 10, 10, 1, 10],
    [64, 1_000, 3_000, 1, 64],
    [64, 1_000, 50_000, 500, 64],
    [64, 1_000, 50_000, 5_000, 10],
    [64, 10, 10, 100, 1],
    [64, 3, Infinity, 500, 3],
  ])(
    '%p connections, %p devices, %p/s in batches of %p: %p',
    (connections, devices, rate, batch, lanes) => {
      expect(laneCount(connections, devices, rate, batch)).toBe(lanes);
    },
  );
});
