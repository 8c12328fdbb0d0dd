import fc from 'fast-check';
import { eventsOf } from './event.js';
import {
  parseRecorded,
  replayEvents,
  shifted,
  type Recorded,
  type Recording,
  type ReplayPlan,
} from './replay.js';

const T = Date.UTC(2020, 6, 13, 0, 0, 24, 502);
const UNTIL = Date.UTC(2026, 0, 31, 12);
const line = (device_id: string, ts: string | number, more: object = {}) =>
  JSON.stringify({ device_id, ts, temperature_c: 18.899999618530273, ...more });
const iso = (ms: number) => new Date(ms).toISOString();

function recording(lines: readonly string[]): Recording {
  const all = lines.map(parseRecorded);
  const walk = all.values();
  return {
    first: Math.min(...all.map(({ ts }) => ts)),
    last: Math.max(...all.map(({ ts }) => ts)),
    devices: [...new Set(all.map(({ device_id }) => device_id))],
    next: () => walk.next().value as Recorded | undefined,
  };
}
const plan = (changes: Partial<ReplayPlan> = {}): ReplayPlan => ({
  seed: 1,
  until: UNTIL,
  speed: undefined,
  duplicates: 0,
  late: 0,
  lateByMs: 60_000,
  bad: 0,
  ...changes,
});
const replay = (lines: readonly string[], changes?: Partial<ReplayPlan>) => [
  ...eventsOf(replayEvents(recording(lines), plan(changes))),
];

describe('parseRecorded', () => {
  it.each([
    ['{', /is not JSON/],
    ['[]', /is not a JSON object/],
    ['null', /is not a JSON object/],
    ['{"ts":1}', /has no device_id/],
    ['{"device_id":"a"}', /has no ts/],
    ['{"device_id":"a","ts":1.5}', /has no ts/],
    ['{"device_id":"a","ts":"soon"}', /has no ts/],
    ['{"device_id":"a","ts":"2020-07-13T00:00:24"}', /with a zone/],
    ['{"device_id":"a","ts":null}', /has no ts/],
  ])('refuses %p', (text, why) => {
    expect(() => parseRecorded(text)).toThrow(why);
  });
});

describe('shifted', () => {
  it('moves the time in its own form, sends true and false as 1 and 0, and leaves the rest alone', () => {
    const recorded = parseRecorded(
      line('a', iso(T), { light: true, motion: false, note: 'x', co: 0.011737819751470924 }),
    );
    expect(JSON.parse(shifted(recorded, 1_000))).toEqual({
      device_id: 'a',
      ts: iso(T + 1_000),
      temperature_c: 18.899999618530273,
      light: 1,
      motion: 0,
      note: 'x',
      co: 0.011737819751470924,
    });
    expect(JSON.parse(shifted(parseRecorded('{"device_id":"a","timestamp":5}'), 7))).toEqual({
      device_id: 'a',
      timestamp: 12,
    });
  });
});

describe('replayEvents', () => {
  it('puts the last reading on until, and keeps the distances, to the millisecond', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1 }),
        fc.integer({ min: 1e12, max: 2e12 }),
        (offsets, until) => {
          const events = replay(
            offsets.map((offset) => line('a', iso(T + offset))),
            { until },
          );
          const latest = Math.max(...offsets);
          expect(events.map(({ reading }) => reading.ts)).toEqual(
            offsets.map((offset) => until - latest + offset),
          );
          for (const { reading } of events)
            expect(Date.parse((JSON.parse(reading.json) as { ts: string }).ts)).toBe(reading.ts);
        },
      ),
    );
  });

  it('sends the same for the same until', () => {
    const lines = Array.from({ length: 200 }, (_, n) => line(`d${n % 3}`, iso(T + n * 1_000)));
    const mixture = { duplicates: 0.2, late: 0.2, bad: 0.1 };
    expect(replay(lines, mixture)).toEqual(replay(lines, mixture));
  });

  it('is due all at once, or in recorded time divided by the speed, never backwards', () => {
    const lines = [line('a', T), line('b', T + 8_000), line('a', T + 4_000), line('a', T + 20_000)];
    expect(replay(lines).map(({ due }) => due)).toEqual([0, 0, 0, 0]);
    expect(replay(lines, { speed: 4 }).map(({ due }) => due)).toEqual([0, 2_000, 2_000, 5_000]);
  });

  it('numbers devices, and knows an event id only where the recording has one', () => {
    const events = replay([line('b', T), line('a', T + 1, { event_id: 'e1' }), line('b', T + 2)]);
    expect(
      events.map(({ reading }) => [reading.device, reading.device_id, reading.event_id]),
    ).toEqual([
      [0, 'b', undefined],
      [1, 'a', 'e1'],
      [0, 'b', undefined],
    ]);
  });

  it('holds late readings back, so that they come after newer ones, and loses none', () => {
    const lines = Array.from({ length: 500 }, (_, n) => line('a', iso(T + n * 1_000)));
    const events = replay(lines, { late: 0.2 });
    const times = events.map(({ reading }) => reading.ts);
    expect([...times].sort((a, b) => a - b)).toEqual(
      replay(lines).map(({ reading }) => reading.ts),
    );
    const overtaken = events.filter(({ reading }, index) =>
      times.slice(0, index).some((before) => before > reading.ts),
    );
    expect(overtaken.length).toBeGreaterThan(20);
    expect(overtaken.every(({ late }) => late)).toBe(true);
  });
});
