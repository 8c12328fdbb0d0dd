import fc from 'fast-check';
import { joinSummary, summarise, type DeviceSummary } from './device-summary.js';
import type { TelemetryEvent } from './event.js';

const event = fc
  .record({
    deviceId: fc.constantFrom('a', 'b'),
    ts: fc.integer({ min: 0, max: 50 }),
    values: fc.dictionary(fc.constantFrom('x', 'y'), fc.integer(), { minKeys: 1 }),
  })
  .map(({ deviceId, ts, values }): TelemetryEvent => ({
    reading: {
      eventId: `${ts}`,
      deviceId,
      ts,
      values: Object.fromEntries(Object.keys(values).map((k) => [k, ts * 10])),
    },
    source: '',
    receivedAt: 0,
  }));
const summariseAll = (events: readonly TelemetryEvent[]) =>
  summarise(
    events,
    events.map(() => 'new'),
  );
const ordered = (devices: ReadonlyMap<string, DeviceSummary>): object =>
  Object.fromEntries(
    [...devices].map(([id, { latest, ...times }]) => [
      id,
      { ...times, latest: Object.fromEntries(latest.map((each) => [each.sensor, each])) },
    ]),
  );
const nothing = (): DeviceSummary => ({ first: Infinity, last: -Infinity, latest: [] });

it('is the same however the events are split into batches, repeated or ordered', () => {
  fc.assert(
    fc.property(
      fc.array(event, { minLength: 1 }),
      fc.array(fc.nat(), { minLength: 1 }),
      (events, order) => {
        const whole = summariseAll(events);
        const joined = new Map<string, DeviceSummary>();
        const shuffled = [...events, ...events].sort(
          (a, b) => order[a.reading.ts % order.length]! - order[b.reading.ts % order.length]!,
        );
        for (const one of shuffled)
          for (const [id, summary] of summariseAll([one])) {
            if (!joined.has(id)) joined.set(id, nothing());
            joinSummary(joined.get(id)!, summary);
          }
        expect(ordered(joined)).toEqual(ordered(whole));
      },
    ),
  );
});

it('says whether anything changed', () => {
  const summary = nothing();
  const [, update] = [
    ...summariseAll([
      {
        reading: { eventId: '1', deviceId: 'a', ts: 5, values: { x: 1 } },
        source: '',
        receivedAt: 0,
      },
    ]),
  ][0]!;
  expect(joinSummary(summary, update)).toBe(true);
  expect(joinSummary(summary, update)).toBe(false);
});

it('leaves out what was refused, and what a copy says', () => {
  const refused = {
    reading: { eventId: '1', deviceId: 'a', ts: 5, values: { x: 1 } },
    source: '',
    receivedAt: 0,
  };
  const stored = { ...refused, reading: { ...refused.reading, ts: 4 } };
  expect(
    summarise([stored, refused, refused], ['replayed', { refused: 'too large' }, 'duplicate']).get(
      'a',
    ),
  ).toEqual({
    first: 4,
    last: 4,
    latest: [{ sensor: 'x', value: 1, ts: 4 }],
  });
});
