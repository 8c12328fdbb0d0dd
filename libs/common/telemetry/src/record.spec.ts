import fc from 'fast-check';
import { BUILT_IN_SENSORS, SensorCatalogue } from './catalogue.js';
import { ReadingParser } from './parser.js';
import { encodeReading, type Reading } from './reading.js';
import { decodeRecord, sourceOf, type TelemetryRecord } from './record.js';

const NOW = Date.parse('2026-06-15T12:00:00Z');
const parser = new ReadingParser(new SensorCatalogue(BUILT_IN_SENSORS), {
  maxFutureSkewMs: 300_000,
  rawRetentionMs: 86_400_000,
});
const record = (value: string | Buffer | null, key: string | null = 'd1'): TelemetryRecord => ({
  topic: 't',
  partition: 3,
  offset: '42',
  key: key === null ? null : Buffer.from(key),
  value: typeof value === 'string' ? Buffer.from(value) : value,
  receivedAt: NOW,
});
const decode = (value: string | Buffer | null, key?: string | null) =>
  decodeRecord(record(value, key), parser, NOW);

describe('decodeRecord', () => {
  const name = fc.constantFrom('temperature_c', 'humidity', 'voltage', 'current', 'pressure');
  const location = fc.option(
    fc.record({
      lat: fc.double({ min: -90, max: 90, noNaN: true }),
      lon: fc.double({ min: -180, max: 180, noNaN: true }),
    }),
    { nil: undefined },
  );
  const reading: fc.Arbitrary<Reading> = fc
    .tuple(
      fc.record({
        eventId: fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/),
        deviceId: fc.stringMatching(/^[A-Za-z0-9._:-]{1,128}$/),
        ts: fc.integer({ min: NOW - 86_400_000, max: NOW + 300_000 }),
        values: fc.dictionary(name, fc.double({ noNaN: true, min: -1e100, max: 1e100 }), {
          minKeys: 1,
        }),
      }),
      location,
      fc.constantFrom({}, { attributes: '{}' }, { attributes: '{"a":[1,"é\\n}"],"b":{"c":null}}' }),
    )
    .map(([fields, where, others]) => ({
      ...fields,
      values: { ...fields.values },
      ...where,
      ...others,
    }));

  it('reads what encodeReading writes', () => {
    fc.assert(
      fc.property(reading, (original) => {
        const { reading: read } = decode(encodeReading(original), original.deviceId);
        // JSON has no negative zero.
        expect(read).toEqual(JSON.parse(JSON.stringify(original)));
      }),
    );
  });

  it('gives an event without id and time its arrival and an id of its place', () => {
    const first = decode('{"device_id":"d1","humidity":1}').reading;
    expect(first).toMatchObject({ ts: NOW, values: { humidity: 1 } });
    const elsewhere = decodeRecord(
      { ...record('{"device_id":"d1","humidity":1}'), offset: '43' },
      parser,
      NOW,
    ).reading;
    expect(elsewhere?.eventId).not.toBe(first?.eventId);
  });

  it.each([
    ['null_value', null, 'd1'],
    ['missing_key', '{"device_id":"d1","humidity":1}', null],
    ['missing_key', '{"device_id":"d1","humidity":1}', ''],
    ['not_json', '{"device_id":', 'd1'],
    ['not_json', '', 'd1'],
    [
      'invalid_utf8',
      Buffer.concat([
        Buffer.from('{"device_id":"d1'),
        Buffer.from([0xff, 0xfe]),
        Buffer.from('","humidity":1}'),
      ]),
      'd1',
    ],
    ['invalid_reading', '[]', 'd1'],
    ['invalid_reading', '{"device_id":"d1"}', 'd1'],
    ['invalid_reading', `"${'x'.repeat(1_000_000)}"`, 'd1'],
    ['key_mismatch', '{"device_id":"d1","humidity":1}', 'd2'],
  ])('says %s', (reason, value, key) => {
    const { undecodable } = decode(value, key);
    expect(undecodable?.reason).toBe(reason);
    expect(undecodable?.message.length).toBeLessThan(500);
  });

  const DAY = 86_400_000;
  const WITH_TS = (ts: number): string =>
    JSON.stringify({ device_id: 'd1', event_id: 'e', ts, humidity: 1 });
  const WITHOUT_TS = '{"device_id":"d1","humidity":1}';
  it.each([
    ['before any Date', -8640000000000001, WITHOUT_TS, 'invalid_timestamp'],
    ['beyond any number', -9007199254740993, WITHOUT_TS, 'invalid_timestamp'],
    ['none', -1, WITHOUT_TS, 'invalid_timestamp'],
    ['none that can be read', NaN, WITHOUT_TS, 'invalid_timestamp'],
    [
      'after any Date, as its reading is',
      8640000000000000,
      WITH_TS(8640000000000000),
      'invalid_timestamp',
    ],
    ['days ahead, as its reading is', NOW + 3 * DAY, WITH_TS(NOW + 3 * DAY), 'invalid_timestamp'],
    ['ahead, and stands for that of the reading', NOW + 400_000, WITHOUT_TS, 'invalid_reading'],
    [
      'before the raw retention, and stands for that of the reading',
      NOW - 2 * DAY,
      WITHOUT_TS,
      'invalid_reading',
    ],
    [
      'before the raw retention, but the reading was in time',
      NOW - 2 * DAY,
      WITH_TS(NOW - 2.5 * DAY),
      undefined,
    ],
    ['a little ahead', NOW + 200_000, WITHOUT_TS, undefined],
  ])('refuses a reading of which the record’s time is %s', (_what, timestamp, value, reason) => {
    expect(
      decodeRecord({ ...record(value), receivedAt: timestamp }, parser, NOW).undecodable?.reason,
    ).toBe(reason);
  });

  it('never gives a reading a time that is none, whatever the record’s is', () => {
    const times = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.constantFrom(8.64e15, -8.64e15, 8.64e15 + 2),
    );
    fc.assert(
      fc.property(times, fc.option(times, { nil: undefined }), (timestamp, ts) => {
        const { reading } = decodeRecord(
          {
            ...record(JSON.stringify({ device_id: 'd1', ts, humidity: 1 })),
            receivedAt: timestamp,
          },
          parser,
          NOW,
        );
        if (reading) expect(new Date(reading.ts).toISOString()).toMatch(/^\d{4}-/);
      }),
    );
  });

  it('names its place', () => {
    expect(sourceOf(record(null))).toBe('t/3/42');
  });
});
