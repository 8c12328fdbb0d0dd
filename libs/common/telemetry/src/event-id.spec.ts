import fc from 'fast-check';
import { derivedEventId, newEventId, positionEventId } from './event-id.js';
import { EVENT_ID } from './reading.js';

const reading = {
  deviceId: 'd1',
  ts: 1_700_000_000_000,
  values: { humidity: 40, temperature_c: 21.5 },
};

describe('derivedEventId', () => {
  it('is the same for the same device, time and values in any order', () => {
    const values = fc.dictionary(
      fc.constantFrom('temperature_c', 'humidity', 'voltage', 'co2', 'x1'),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      { minKeys: 1 },
    );
    fc.assert(
      fc.property(values, fc.integer(), (some, ts) => {
        const reversed = Object.fromEntries(Object.entries(some).reverse());
        expect(derivedEventId({ deviceId: 'd', ts, values: reversed })).toBe(
          derivedEventId({ deviceId: 'd', ts, values: some }),
        );
      }),
    );
  });

  it.each([
    ['device', { ...reading, deviceId: 'd2' }],
    ['time', { ...reading, ts: reading.ts + 1 }],
    ['value', { ...reading, values: { ...reading.values, humidity: 41 } }],
    ['further sensor', { ...reading, values: { ...reading.values, voltage: 1 } }],
    ['location', { ...reading, lat: 1, lon: 2 }],
    ['attributes', { ...reading, attributes: '{"a":1}' }],
  ])('differs by %s', (_what, other) => {
    expect(derivedEventId(other)).not.toBe(derivedEventId(reading));
  });

  it('does not take a device’s name for a part of the time', () => {
    expect(derivedEventId({ ...reading, deviceId: 'd1:1', ts: 2 })).not.toBe(
      derivedEventId({ ...reading, deviceId: 'd1', ts: 12 }),
    );
  });

  it('is a valid event id, and stays what it was: stored events are found by it', () => {
    expect(derivedEventId(reading)).toMatch(EVENT_ID);
    expect(derivedEventId(reading)).toBe('ExwaWGIKDfFO5exPI4kwTq');
  });
});

describe('positionEventId', () => {
  it('differs by topic, partition and offset', () => {
    const ids = [
      positionEventId('t', 0, '1'),
      positionEventId('t', 0, '2'),
      positionEventId('t', 1, '1'),
      positionEventId('u', 0, '1'),
    ];
    expect(new Set(ids).size).toBe(4);
    for (const id of ids) expect(id).toMatch(EVENT_ID);
  });
});

describe('newEventId', () => {
  it('gives valid ids that do not repeat and sort by time', () => {
    const ids = Array.from({ length: 1000 }, newEventId);
    expect(new Set(ids).size).toBe(1000);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(EVENT_ID);
  });
});
