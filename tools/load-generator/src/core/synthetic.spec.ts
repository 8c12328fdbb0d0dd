import { ReadingParser, SensorCatalogue, BUILT_IN_SENSORS } from '@iot/telemetry';
import fc from 'fast-check';
import { BAD_REASONS } from './bad.js';
import { eventsOf, valuesOf, type LoadEvent } from './event.js';
import { outage } from './mixer.js';
import { MAX_SPIKES, SENSORS } from './signals.js';
import { deviceIds, syntheticEvents, type SyntheticPlan } from './synthetic.js';

const START = Date.UTC(2026, 5, 1, 10);
const DAY = 86_400_000;
const plan = (changes: Partial<SyntheticPlan> = {}): SyntheticPlan => ({
  seed: 7,
  devices: 10,
  rps: 5,
  durationMs: 20_000,
  rampMs: 0,
  profile: 'steady',
  startAt: START,
  sensors: SENSORS,
  spikes: 0,
  duplicates: 0,
  late: 0,
  lateByMs: DAY,
  bad: 0,
  disconnect: 0,
  devicePrefix: 'device-',
  machines: false,
  ...changes,
});
const all = (changes?: Partial<SyntheticPlan>): LoadEvent[] => [
  ...eventsOf(syntheticEvents(plan(changes))),
];
const sent = (events: readonly LoadEvent[]): string[] =>
  events.map(({ due, reading }) => `${due} ${reading.json}`);
const fields = ({ reading }: LoadEvent): Record<string, number> =>
  JSON.parse(reading.json) as Record<string, number>;
const parser = new ReadingParser(new SensorCatalogue(BUILT_IN_SENSORS), {
  maxFutureSkewMs: 300_000,
  rawRetentionMs: 30 * DAY,
});
const refusals = ({ reading }: LoadEvent) =>
  parser.parse(JSON.parse(reading.json), START + 20_000, () => 'new').errors;

interface Sent {
  readonly attributes: { signal: number; status: string; random: { a: number } };
}
const mixed = { duplicates: 0.1, late: 0.1, bad: 0.1, disconnect: 0.3, spikes: 0.05 };

describe('machines', () => {
  it('send attributes that are taken, the same for the same seed, beside the same values', () => {
    const machines = all({ ...mixed, machines: true });
    const good = machines.filter(({ bad }) => bad === undefined);
    expect(good.flatMap((event) => refusals(event) ?? [])).toEqual([]);
    expect(sent(machines)).toEqual(sent(all({ ...mixed, machines: true })));
    const attributes = good.map((event) => (fields(event) as object as Sent).attributes);
    for (const { signal } of attributes) expect(signal).toBeGreaterThanOrEqual(-90);
    expect(new Set(attributes.map(({ status }) => status)).size).toBeGreaterThan(2);
    expect(new Set(attributes.map(({ random }) => random.a)).size).toBeGreaterThan(100);
    const without = (event: LoadEvent): string =>
      event.reading.json.replace(/,"attributes":.*/, '}');
    expect(good.map(without)).toEqual(
      all(mixed)
        .filter(({ bad }) => bad === undefined)
        .map(({ reading }) => reading.json),
    );
  });

  it('have readings whose values alone are counted', () => {
    const [event] = all({ machines: true });
    expect(Object.keys(valuesOf(event!.reading))).toEqual([...SENSORS]);
  });
});

describe('syntheticEvents', () => {
  it('gives the same events for the same plan, and others for another seed', () => {
    expect(sent(all(mixed))).toEqual(sent(all(mixed)));
    expect(sent(all({ ...mixed, seed: 8 }))).not.toEqual(sent(all(mixed)));
  });

  it('moves only times when the start moves: ids stay, and every ts by the same amount', () => {
    const one = all(mixed);
    const other = all({ ...mixed, startAt: START + 5_000 });
    expect(other.map(({ reading }) => reading.event_id)).toEqual(
      one.map(({ reading }) => reading.event_id),
    );
    expect(other.every(({ reading }, index) => reading.ts - one[index]!.reading.ts === 5_000)).toBe(
      true,
    );
  });

  it('sends of each device what was asked for, with ids that occur once', () => {
    const events = all();
    expect(events).toHaveLength(10 * 5 * 20);
    for (const id of deviceIds(plan()))
      expect(events.filter(({ reading }) => reading.device_id === id)).toHaveLength(100);
    expect(new Set(events.map(({ reading }) => reading.event_id)).size).toBe(events.length);
  });

  it('says in its fields what its text says', () => {
    for (const event of all({ late: 0.2, duplicates: 0.1 })) {
      const { device_id, event_id, ts } = event.reading;
      expect(JSON.parse(event.reading.json)).toMatchObject({ device_id, event_id, ts });
    }
  });

  it('is in the order of due, within the run, whatever is mixed in', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.nat(),
        share,
        share,
        share,
        share,
        (seed, duplicates, late, bad, disconnect) => {
          const events = all({ seed, duplicates, late, bad, disconnect, durationMs: 3_000 });
          expect(
            events.every(({ due }, index) => due >= (events[index - 1]?.due ?? 0) && due <= 3_000),
          ).toBe(true);
          const good = events.filter(
            ({ bad: fault, duplicate }) => fault === undefined && !duplicate,
          );
          expect(good).toHaveLength(150);
          expect(new Set(good.map(({ reading }) => reading.event_id)).size).toBe(150);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('sends the very same event twice, the second time marked, in the fraction that was asked for', () => {
    const events = all({ duplicates: 0.2 });
    const copies = events.filter(({ duplicate }) => duplicate);
    expect(copies.length / 1000).toBeGreaterThan(0.15);
    expect(copies.length / 1000).toBeLessThan(0.25);
    const first = new Map(
      events.filter(({ duplicate }) => !duplicate).map((event) => [event.reading.event_id, event]),
    );
    for (const copy of copies) {
      expect(first.get(copy.reading.event_id)!.reading.json).toBe(copy.reading.json);
      expect(first.get(copy.reading.event_id)!.due).toBeLessThanOrEqual(copy.due);
    }
  });

  it('marks late readings and dates them back, by no more than was asked for', () => {
    const events = all({ late: 0.3, lateByMs: 60_000 });
    const late = events.filter((event) => event.late);
    expect(late.length / 1000).toBeGreaterThan(0.25);
    expect(late.length / 1000).toBeLessThan(0.35);
    for (const { due, reading, late: isLate } of events) {
      const delay = START + Math.floor(due) - reading.ts;
      if (isLate) expect(delay).toBeGreaterThanOrEqual(1);
      expect(delay).toBeLessThanOrEqual(isLate ? 60_000 : 0);
    }
  });

  it('keeps what a device measured while it was away, and sends it in order when it is back', () => {
    const events = all({ disconnect: 0.5 });
    const away = deviceIds(plan()).map((_, index) => outage(7, index, 0.5, 20_000));
    expect(away.filter((one) => one !== undefined).length).toBeGreaterThan(0);
    expect(away).toContain(undefined);
    for (const [index, one] of away.entries()) {
      const own = events.filter(({ reading }) => reading.device === index);
      expect(own.map(({ reading }) => reading.ts)).toEqual(
        own.map(({ reading }) => reading.ts).sort((a, b) => a - b),
      );
      if (!one) continue;
      expect(own.filter(({ due }) => due >= one.from && due < one.to)).toEqual([]);
      expect(own.filter(({ due }) => due === one.to).length).toBeGreaterThan(
        (5 * (one.to - one.from)) / 1000 - 2,
      );
    }
  });

  it('makes good readings that the platform accepts and broken ones of every kind that it refuses', () => {
    const events = all({ ...mixed, bad: 0.5 });
    const faults = new Map<string, number>();
    for (const event of events) {
      if (event.bad === undefined) expect(refusals(event)).toBeUndefined();
      else {
        expect({ bad: event.bad, refused: refusals(event) !== undefined }).toEqual({
          bad: event.bad,
          refused: true,
        });
        faults.set(event.bad, (faults.get(event.bad) ?? 0) + 1);
      }
    }
    expect([...faults.keys()].sort()).toEqual([...BAD_REASONS].sort());
  });

  it('sends only the sensors that were asked for', () => {
    for (const { reading } of all({ sensors: ['voltage', 'humidity'] }))
      expect(Object.keys(JSON.parse(reading.json) as object).sort()).toEqual([
        'device_id',
        'event_id',
        'humidity',
        'ts',
        'voltage',
      ]);
  });
});

describe('signals', () => {
  // A reading every ten minutes for a day.
  const day = (changes: Partial<SyntheticPlan> = {}) =>
    all({ devices: 3, rps: 1 / 600, durationMs: DAY, startAt: Date.UTC(2026, 5, 1), ...changes });

  it('stay within the default thresholds without spikes', () => {
    const madeUp = BUILT_IN_SENSORS.filter(({ name }) =>
      (SENSORS as readonly string[]).includes(name),
    );
    expect(madeUp).toHaveLength(SENSORS.length);
    for (const event of day())
      for (const { name, min, max } of madeUp) {
        expect(fields(event)[name]).toBeGreaterThan(min);
        expect(fields(event)[name]).toBeLessThan(max);
      }
  });

  it('are warmest in the afternoon, and driest when warmest', () => {
    const own = day().filter(({ reading }) => reading.device === 0);
    const hour = ({ reading }: LoadEvent) => new Date(reading.ts).getUTCHours();
    const mean = (events: LoadEvent[], name: string) =>
      events.reduce((sum, event) => sum + fields(event)[name]!, 0) / events.length;
    const night = own.filter((event) => hour(event) >= 2 && hour(event) < 5);
    const noon = own.filter((event) => hour(event) >= 14 && hour(event) < 17);
    expect(mean(noon, 'temperature_c')).toBeGreaterThan(mean(night, 'temperature_c') + 4);
    expect(mean(noon, 'humidity')).toBeLessThan(mean(night, 'humidity') - 4);
  });

  it('do not jump from one second to the next', () => {
    const own = all({ devices: 1, rps: 1, durationMs: 600_000 });
    for (let index = 1; index < own.length; index++)
      expect(
        Math.abs(fields(own[index]!)['temperature_c']! - fields(own[index - 1]!)['temperature_c']!),
      ).toBeLessThan(0.5);
  });

  it('spike in the fraction that was asked for, beyond a threshold, for three readings in a row', () => {
    const beyond = (event: LoadEvent): boolean => {
      const values = fields(event);
      return BUILT_IN_SENSORS.some(
        ({ name, min, max }) => values[name]! < min! || values[name]! > max!,
      );
    };
    const events = all({ spikes: 0.03, devices: 30 });
    const spikes = events.filter(beyond);
    expect(spikes.length / events.length).toBeGreaterThan(0.02);
    expect(spikes.length / events.length).toBeLessThan(0.04);
    for (const id of deviceIds(plan({ devices: 30 }))) {
      const own = events
        .filter(({ reading }) => reading.device_id === id)
        .map((event) => (beyond(event) ? 'x' : '.'));
      for (const run of own.join('').match(/x+/g) ?? []) expect(run).toHaveLength(3);
    }
    const most = all({ spikes: MAX_SPIKES, devices: 30, durationMs: 4_000 });
    expect(most.filter(beyond).length / most.length).toBeGreaterThan(MAX_SPIKES - 0.1);
  });
});
