import type { LoadEvent } from './event.js';
import { discrepancy, grewBy, Ledger, type Stored } from './ledger.js';

const event = (
  id: string | undefined,
  ts: number,
  values: object,
  more: Partial<LoadEvent> = {},
): LoadEvent => ({
  due: 0,
  reading: {
    device: 0,
    device_id: 'd',
    event_id: id,
    ts,
    json: JSON.stringify({ device_id: 'd', ts, event_id: id, ...values }),
  },
  late: false,
  duplicate: false,
  bad: undefined,
  ...more,
});
const ledgerOf = (...events: LoadEvent[]) => {
  const ledger = new Ledger();
  for (const one of events) ledger.add(one);
  return ledger;
};
const stored = (event_id: string, ts: number, ...sensors: string[]): Stored => ({
  event_id,
  ts,
  sensors,
});

describe('Ledger', () => {
  it('counts each event once, by sensor under its catalogue name, and no broken ones', () => {
    const ledger = ledgerOf(
      event('a', 1, { temperature: 1, humidity: 2 }),
      event('a', 1, { temperature: 1, humidity: 2 }, { duplicate: true }),
      event('b', 2, { humidity: 2 }),
      event('c', 3, { humidity: 2 }, { bad: 'infinite' }),
      event(undefined, 4, { humidity: 2 }),
      event(undefined, 4, { humidity: 2 }),
      event(undefined, 4, { humidity: 3 }),
    );
    expect(ledger.size).toBe(4);
    expect([...ledger.accounts.get('d')!.counts]).toEqual([
      ['temperature_c', 1],
      ['humidity', 4],
    ]);
  });
});

describe('grewBy', () => {
  const accepted = new Map([['humidity', 2]]);
  it.each([
    [0, 2, true],
    [5, 7, true],
    [5, 6, false],
    [5, 8, false],
  ])('from %p to %p: %p', (before, after, expected) => {
    expect(grewBy(accepted, new Map([['humidity', before]]), new Map([['humidity', after]]))).toBe(
      expected,
    );
  });
  it('takes an absent count for none', () => {
    expect(grewBy(accepted, new Map(), new Map())).toBe(false);
    expect(grewBy(accepted, new Map(), accepted)).toBe(true);
  });
});

describe('discrepancy', () => {
  const account = ledgerOf(
    event('a', 1, { humidity: 2 }),
    event('b', 2, { humidity: 2 }),
  ).accounts.get('d')!;

  it('is none when all is stored and counted, also what was there before', () => {
    const rows = [
      stored('a', 1, 'humidity'),
      stored('b', 2, 'humidity'),
      stored('old', 2, 'humidity', 'voltage'),
    ];
    const counts = new Map([
      ['humidity', 3],
      ['voltage', 1],
    ]);
    expect(discrepancy('d', account, rows, counts)).toBeUndefined();
  });

  it('names what is missing', () => {
    const found = discrepancy(
      'd',
      account,
      [stored('a', 1, 'humidity')],
      new Map([['humidity', 1]]),
    );
    expect(found).toEqual({
      device_id: 'd',
      accepted: 2,
      missing: 1,
      examples: ['b'],
      sensors: [],
    });
  });

  it('names a sensor that counts too few or too many', () => {
    const rows = [stored('a', 1, 'humidity'), stored('b', 2, 'humidity')];
    for (const counted of [0, 1, 3])
      expect(discrepancy('d', account, rows, new Map([['humidity', counted]]))!.sensors).toEqual([
        { sensor_type: 'humidity', stored: 2, counted },
      ]);
  });

  it('finds readings without an event id by their time', () => {
    const own = ledgerOf(
      event(undefined, 1_000, { humidity: 2 }),
      event(undefined, 2_000, { humidity: 2 }),
    ).accounts.get('d')!;
    expect(
      discrepancy('d', own, [stored('x', 1_000, 'humidity')], new Map([['humidity', 1]])),
    ).toMatchObject({
      missing: 1,
      examples: ['1970-01-01T00:00:02.000Z'],
    });
  });
});
