import fc from 'fast-check';
import { BUILT_IN_SENSORS, decodeRecord, ReadingParser, SensorCatalogue } from '@iot/telemetry';
import { eventOf, timeOf, type LogRecord } from './event.js';
import { fingerprint } from './fingerprint.js';

const catalogue = new SensorCatalogue(BUILT_IN_SENSORS);
const limits = { maxFutureSkewMs: 300_000, rawRetentionMs: 30 * 86_400_000 };
const rules = { catalogue, ...limits };
const ARRIVED = Date.UTC(2026, 0, 31, 12);

const time = fc.oneof(
  fc.integer({ min: ARRIVED - 40 * 86_400_000, max: ARRIVED + 600_000 }),
  fc.constantFrom(
    '2026-01-31T12:00:00Z',
    '2026-01-31T12:00:00.123456+01:00',
    '2026-01-31t11:59:59z',
    '2026-02-30T00:00:00Z',
    '2026-01-31',
    'now',
  ),
  fc.constantFrom(null, 1.5, true, ''),
);
const value = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom<unknown>(null, '20', Number.NaN, -0, 1e100, -1.1e100),
);
const valid = fc.record(
  {
    device_id: fc.constant<unknown>('d1'),
    ts: fc.constantFrom<unknown>(
      ARRIVED,
      ARRIVED - 5,
      '2026-01-31T11:00:00Z',
      '2026-01-31T12:00:00.123456+01:00',
    ),
    event_id: fc.constant<unknown>('e1'),
    temperature_c: fc.double({ min: -1e101, max: 1e101, noNaN: true }) as fc.Arbitrary<unknown>,
    humidity: fc.integer() as fc.Arbitrary<unknown>,
  },
  { requiredKeys: ['device_id'] },
);
const nested = (depth: number): object => (depth === 1 ? {} : { a: nested(depth - 1) });
const attributes = fc.oneof(
  fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })) as fc.Arbitrary<unknown>,
  fc.integer({ min: 1, max: 7 }).map(nested),
  fc.integer({ min: 95, max: 103 }).map((length) => ({ a: Array(length).fill([]) as unknown })),
  fc.integer({ min: 2040, max: 2048 }).map((length) => ({ a: 'é'.repeat(length) })),
  fc.constantFrom<unknown>(null, [], 'x', { a: [Number.NaN, -0] }),
);
const odd = fc.oneof(
  // Enough of the records must be readings, however the dice fall.
  { weight: 3, arbitrary: fc.constant({}) },
  fc.record(
    {
      device_id: fc.constantFrom<unknown>('d 1', '', 7, null),
      ts: time,
      timestamp: time,
      event_id: fc.constantFrom<unknown>('ä', '', null, 3, 'x'.repeat(65)),
      temperature: value,
      humidity: value,
      unknown: value,
      lat: fc.constantFrom<unknown>(1, 90, -91, null),
      lon: fc.constantFrom<unknown>(1, 180, 181, '1'),
    },
    { requiredKeys: [] },
  ),
  fc.record({
    lat: fc.double({ min: -95, max: 95, noNaN: true }),
    lon: fc.double({ min: -185, max: 185, noNaN: true }),
  }),
  fc.record({ ts: time }),
  fc.record({ timestamp: time }),
  fc.record({ attributes }),
);
const body = fc.tuple(valid, odd).map((parts) => Object.assign({}, ...parts) as object);
const bytes = fc.oneof(
  body.map((fields) => Buffer.from(JSON.stringify(fields))),
  fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array)),
  fc.constantFrom(
    null,
    Buffer.from('[]'),
    Buffer.from('null'),
    Buffer.from('\uFEFF{}'),
    Buffer.from('{"attributes":{"a":[{"b":1e999}]},"humidity":2,"device_id":"d1","ts":1}'),
    Buffer.from('{"__proto__":1,"humidity":2,"device_id":"d1"}'),
  ),
);

describe('eventOf', () => {
  it('says of any record what the workers say, though it shares no code with them', () => {
    const parser = new ReadingParser(catalogue, limits);
    let events = 0;
    fc.assert(
      fc.property(bytes, fc.constantFrom('d1', 'd1', 'd1', 'other', ''), (bytesOfValue, key) => {
        const record: LogRecord = {
          topic: 't',
          partition: 3,
          offset: '41',
          key: Buffer.from(key),
          value: bytesOfValue,
          receivedAt: ARRIVED,
        };
        const { reading } = decodeRecord(record, parser, record.receivedAt);
        const read = eventOf(record, rules);
        const event = read?.otherRules ? undefined : read;
        if (event) events++;
        const { id, device, ts, values, lat, lon, attributes } = event ?? {};
        const seen = event && {
          eventId: id,
          deviceId: device,
          ts,
          values: Object.fromEntries(values!),
          ...(lat !== undefined && { lat, lon }),
          ...(attributes !== undefined && { attributes }),
        };
        expect(seen).toEqual(reading);
      }),
      { numRuns: 4000 },
    );
    expect(events).toBeGreaterThan(300);
  });
});

describe('eventOf, of what other rules took', () => {
  const wide = new SensorCatalogue([
    ...BUILT_IN_SENSORS,
    { name: 'co2', unit: 'ppm', aliases: [], min: 0, max: 2000 },
  ]);
  const read = (fields: object, given = rules) =>
    eventOf(
      {
        topic: 't',
        partition: 3,
        offset: '41',
        key: Buffer.from('d1'),
        value: Buffer.from(JSON.stringify({ device_id: 'd1', ...fields })),
        receivedAt: ARRIVED,
      },
      given,
    );

  it.each([
    ['SENSORS_FILE', { ts: ARRIVED, co2: 700 }, { catalogue: wide }],
    ['MAX_FUTURE_SKEW_MS', { ts: ARRIVED + 400_000, humidity: 1 }, { maxFutureSkewMs: 500_000 }],
    [
      'RAW_RETENTION_DAYS',
      { ts: ARRIVED - 40 * 86_400_000, humidity: 1 },
      { rawRetentionMs: 50 * 86_400_000 },
    ],
  ])('gives the event that the other rules give, and names %s', (name, fields, other) => {
    const under = read(fields, { ...rules, ...other })!;
    expect(under.otherRules).toBeUndefined();
    expect(read(fields)).toEqual({ ...under, otherRules: name });
  });

  it('gives none where no rules make it a reading', () => {
    for (const fields of [
      { ts: ARRIVED },
      { ts: ARRIVED, CO2: 700 },
      { ts: ARRIVED, source: 700 },
      { ts: ARRIVED, constructor: 700 },
      { ts: ARRIVED, co2: '700' },
      { ts: ARRIVED + 367 * 86_400_000, humidity: 1 },
      { ts: ARRIVED - 36_501 * 86_400_000, humidity: 1 },
    ])
      expect(read(fields)).toBeUndefined();
  });
});

describe('timeOf', () => {
  it('reads what Date writes', () => {
    fc.assert(
      fc.property(
        fc.date({
          noInvalidDate: true,
          min: new Date(0),
          max: new Date('9999-12-31T23:59:59.999Z'),
        }),
        (date) => timeOf(date.toISOString()) === date.getTime(),
      ),
    );
  });
});

describe('fingerprint', () => {
  const event = {
    id: 'e',
    device: 'd',
    ts: 5,
    receivedAt: 6,
    values: [['a', 1] as const, ['b', 2] as const],
    lat: 1,
    lon: 2,
  };

  it('does not mind the order of values', () => {
    expect(fingerprint({ ...event, values: event.values.toReversed() })).toBe(fingerprint(event));
  });

  it.each([
    { id: 'f' },
    { device: 'e' },
    { ts: 6 },
    { receivedAt: 7 },
    { values: [['a', 1] as const] },
    { values: [['a', 2] as const, ['b', 1] as const] },
    { lat: 2, lon: 1 },
    { attributes: '{}' },
  ])('differs for %j', (change) => {
    expect(fingerprint({ ...event, ...change })).not.toBe(fingerprint(event));
  });
});
