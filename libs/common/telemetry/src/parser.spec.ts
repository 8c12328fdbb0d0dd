import fc from 'fast-check';
import { BUILT_IN_SENSORS, SensorCatalogue } from './catalogue.js';
import { ATTRIBUTES_RULE } from './attributes.js';
import { ReadingParser } from './parser.js';
import { NEW_DEVICE_ID } from './reading.js';

const DAY = 86_400_000;
const NOW = Date.parse('2026-06-15T12:00:00Z');
const LIMITS = { maxFutureSkewMs: 300_000, rawRetentionMs: 30 * DAY };
const catalogue = new SensorCatalogue(BUILT_IN_SENSORS);
const parser = new ReadingParser(catalogue, LIMITS);
const accepting = new ReadingParser(catalogue, LIMITS, NEW_DEVICE_ID);
const parse = (body: unknown) => parser.parse(body, NOW, () => 'new-id');
const fromJson = (json: string) => parse(JSON.parse(json));
const valid = { device_id: 'greenhouse-7', ts: '2026-06-15T11:59:58Z', temperature_c: 21.5 };

describe('ReadingParser accepts', () => {
  it('a whole reading in normal form', () => {
    const { reading } = parse({ ...valid, event_id: 'e1', humidity: 40, lat: 52.5, lon: 13.4 });
    expect(reading).toEqual({
      eventId: 'e1',
      deviceId: 'greenhouse-7',
      ts: NOW - 2000,
      values: { temperature_c: 21.5, humidity: 40 },
      lat: 52.5,
      lon: 13.4,
    });
  });

  it('aliases, as the same reading', () => {
    const { ts, temperature_c, device_id } = valid;
    expect(parse({ timestamp: ts, device_id, temperature: temperature_c })).toEqual(parse(valid));
  });

  it('epoch milliseconds, as the same reading', () => {
    expect(parse({ ...valid, ts: NOW - 2000 })).toEqual(parse(valid));
  });

  it('no time: the time of arrival, and a new id', () => {
    expect(parse({ device_id: 'd', humidity: 1 }).reading).toMatchObject({
      ts: NOW,
      eventId: 'new-id',
    });
  });

  it('an own id without a time', () => {
    expect(parse({ device_id: 'd', humidity: 1, event_id: 'mine' }).reading).toMatchObject({
      ts: NOW,
      eventId: 'mine',
    });
  });

  it.each(['a', 'A-Z.a_z:09', 'x'.repeat(128)])('the device %p', (device_id) => {
    expect(parse({ ...valid, device_id }).reading?.deviceId).toBe(device_id);
  });

  it.each(['.', '..'])('the device %p where it is logged, and refuses it where it is new', (id) => {
    for (const body of [
      { ...valid, device_id: id },
      { ...valid, device_id: id, ts: NOW, event_id: 'e' },
    ]) {
      expect(parse(body).reading?.deviceId).toBe(id);
      expect(accepting.parse(body, NOW, () => 'new-id').errors).toEqual([
        {
          field: 'device_id',
          message: 'must not be . or .., as no URL can name a device that is called so',
        },
      ]);
    }
  });

  it.each(['...', '.a', 'a.', '.:', '..-'])('the device %p that is new', (device_id) => {
    const { reading } = accepting.parse({ ...valid, device_id }, NOW, () => 'new-id');
    expect(reading?.deviceId).toBe(device_id);
  });

  it.each([0, -0, -1e-7, 1e-7, 5e-324, 1e100, -1e100])('the value %p', (humidity) => {
    expect(parse({ ...valid, humidity }).reading?.values['humidity']).toBe(humidity);
  });

  it.each([{}, { signal: -67, status: 'running' }, { a: { b: [null, true, 'é'] } }])(
    'the attributes %j',
    (attributes) => {
      const text = JSON.stringify(attributes);
      expect(parse({ ...valid, attributes }).reading).toMatchObject({ attributes: text });
      const plain = { ...valid, ts: NOW, event_id: 'e1', attributes };
      expect(parse(plain).reading).toMatchObject({ attributes: text });
    },
  );

  it.each([
    [-90, -180],
    [90, 180],
    [1e-7, -1e-7],
    [0, 0],
  ])('the location %p, %p', (lat, lon) => {
    expect(parse({ ...valid, lat, lon }).reading).toMatchObject({ lat, lon });
  });

  it('the edges of what time may be', () => {
    expect(parse({ ...valid, ts: NOW + 300_000 }).errors).toBeUndefined();
    expect(parse({ ...valid, ts: NOW - 30 * DAY }).errors).toBeUndefined();
  });
});

describe('ReadingParser refuses', () => {
  const { ts, ...timeless } = valid;
  const NUMBER = 'must be a finite number';
  const BOUNDS = 'must be from -1e100 to 1e100';
  const DEVICE = 'must be 1–128 characters of A-Z a-z 0-9 . _ : -';
  const TIME = 'must be an RFC 3339 time with a zone, or epoch milliseconds as a whole number';
  const EVENT = 'must be 1–64 characters of A-Z a-z 0-9 . _ : -';
  const LAT = 'must be a number from −90 to 90';
  const LON = 'must be a number from −180 to 180';

  it.each([
    ['a missing device', { humidity: 1 }, 'device_id', 'is required'],
    ['a null device', { ...valid, device_id: null }, 'device_id', DEVICE],
    ['a number as device', { ...valid, device_id: 7 }, 'device_id', DEVICE],
    ['an object as device', { ...valid, device_id: { a: 1 } }, 'device_id', DEVICE],
    ['an empty device', { ...valid, device_id: '' }, 'device_id', DEVICE],
    ['a device with a slash', { ...valid, device_id: 'a/b' }, 'device_id', DEVICE],
    ['a device with a newline', { ...valid, device_id: 'a\n' }, 'device_id', DEVICE],
    ['a device of 129 characters', { ...valid, device_id: 'x'.repeat(129) }, 'device_id', DEVICE],
    ['a null time', { ...valid, ts: null }, 'ts', TIME],
    ['a time that is no time', { ...valid, ts: 'yesterday' }, 'ts', TIME],
    ['a time without a zone', { ...valid, ts: '2026-06-15T11:59:58' }, 'ts', TIME],
    ['30 February', { ...valid, ts: '2026-02-30T00:00:00Z' }, 'ts', TIME],
    ['a fraction of a millisecond', { ...valid, ts: NOW + 0.5 }, 'ts', TIME],
    ['true as time', { ...valid, ts: true }, 'ts', TIME],
    ['a time beyond dates', { ...valid, ts: 1e300 }, 'ts', TIME],
    ['an alias that is no time', { ...timeless, timestamp: 'noon' }, 'timestamp', TIME],
    [
      'a time in the future',
      { ...valid, ts: NOW + 300_001 },
      'ts',
      'is in the future: at most 300 s ahead of its arrival is accepted',
    ],
    [
      'a time before retention',
      { ...valid, ts: NOW - 30 * DAY - 1 },
      'ts',
      'is older than the 30 days that raw readings are kept',
    ],
    [
      'an alias before retention',
      { ...timeless, timestamp: 0 },
      'timestamp',
      'is older than the 30 days that raw readings are kept',
    ],
    [
      'ts and its alias',
      { ...valid, timestamp: ts },
      'timestamp',
      'is an alias of ts; send one of them',
    ],
    ['a null value', { ...valid, humidity: null }, 'humidity', NUMBER],
    ['text as value', { ...valid, humidity: '40' }, 'humidity', NUMBER],
    ['true as value', { ...valid, humidity: true }, 'humidity', NUMBER],
    [
      'a value just beyond the bound',
      { ...valid, humidity: 1.0000000000000002e100 },
      'humidity',
      BOUNDS,
    ],
    ['a value below the bound', { ...valid, humidity: -1e101 }, 'humidity', BOUNDS],
    ['the largest number', { ...valid, humidity: Number.MAX_VALUE }, 'humidity', BOUNDS],
    [
      'an infinite value',
      { ...valid, humidity: JSON.parse('1e999') as number },
      'humidity',
      NUMBER,
    ],
    ['an alias beyond the bound', { device_id: 'd', temperature: 1e200 }, 'temperature', BOUNDS],
    ['a list as value', { ...valid, humidity: [40] }, 'humidity', NUMBER],
    [
      'a sensor and its alias',
      { ...valid, temperature: 21.5 },
      'temperature',
      'and another field are the same sensor, temperature_c; send one of them',
    ],
    [
      'no sensor',
      { device_id: 'd', ts },
      '',
      'must have at least one sensor field, such as temperature_c',
    ],
    ['an unknown field', { ...valid, co2: 400 }, 'co2', 'is not a known field'],
    ['a field in another case', { ...valid, Humidity: 40 }, 'Humidity', 'is not a known field'],
    ['lat without lon', { ...valid, lat: 1 }, 'lon', 'is missing: lat and lon come as a pair'],
    ['lon without lat', { ...valid, lon: 1 }, 'lat', 'is missing: lat and lon come as a pair'],
    ['lat beyond a pole', { ...valid, lat: 90.1, lon: 0 }, 'lat', LAT],
    ['lon beyond the date line', { ...valid, lat: 0, lon: -180.1 }, 'lon', LON],
    ['text as lat', { ...valid, lat: '1', lon: 0 }, 'lat', LAT],
    ['a null lat', { ...valid, lat: null, lon: 0 }, 'lat', LAT],
    ['an empty event id', { ...valid, event_id: '' }, 'event_id', EVENT],
    ['an event id of 65 characters', { ...valid, event_id: 'x'.repeat(65) }, 'event_id', EVENT],
    ['a number as event id', { ...valid, event_id: 1 }, 'event_id', EVENT],
    ['a null event id', { ...valid, event_id: null }, 'event_id', EVENT],
    ['null attributes', { ...valid, attributes: null }, 'attributes', ATTRIBUTES_RULE],
    ['a list of attributes', { ...valid, attributes: [1] }, 'attributes', ATTRIBUTES_RULE],
    [
      'attributes without an end',
      { ...valid, attributes: { a: 'x'.repeat(5000) } },
      'attributes',
      ATTRIBUTES_RULE,
    ],
    [
      'attributes and nothing else',
      { device_id: 'd', ts, attributes: { a: 1 } },
      '',
      'must have at least one sensor field, such as temperature_c',
    ],
    ['an empty object', {}, 'device_id', 'is required'],
  ])('%s', (_what, body, field, message) => {
    const { reading, errors } = parse(body);
    expect(reading).toBeUndefined();
    expect(errors).toEqual([{ field, message }]);
  });

  it.each([
    ['an array', [valid], 'an array'],
    ['null', null, 'null'],
    ['a text', 'reading', 'a string'],
    ['a number', 1, 'a number'],
  ])('%s', (_what, body, name) => {
    expect(parse(body).errors).toEqual([
      { field: '', message: `must be a JSON object, not ${name}` },
    ]);
  });

  it.each(['1e999', '-1e999'])('the JSON number %s, which is infinite', (number) => {
    expect(fromJson(`{"device_id":"d","humidity":${number}}`).errors).toEqual([
      { field: 'humidity', message: NUMBER },
    ]);
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'the field %s, named',
    (field) => {
      const { errors } = fromJson(`{"device_id":"d","humidity":1,"${field}":{"device_id":"e"}}`);
      expect(errors).toEqual([{ field, message: 'is not a known field' }]);
      expect(({} as Record<string, unknown>)['device_id']).toBeUndefined();
    },
  );

  it('every wrong field at once', () => {
    const { errors } = parse({ device_id: 'a/b', humidity: 'x', co2: 1 });
    expect(errors?.map(({ field }) => field).sort()).toEqual(['co2', 'device_id', 'humidity']);
  });

  it('names of unknown fields beyond a length only in part', () => {
    expect(parse({ ...valid, ['x'.repeat(10_000)]: 1 }).errors?.[0]?.field).toHaveLength(128);
  });
});

describe('ReadingParser in one pass', () => {
  const wild = fc.oneof(
    fc.constantFrom<unknown>(
      0,
      -0,
      1.5,
      NOW,
      NOW + 300_000,
      NOW + 300_001,
      NOW - 30 * DAY,
      NOW - 30 * DAY - 1,
      NOW + 0.5,
      1e300,
      Infinity,
      null,
    ),
    fc.constantFrom<unknown>(
      'd',
      'a/b',
      '',
      'x'.repeat(64),
      'x'.repeat(65),
      'x'.repeat(129),
      '2026-06-15T11:00:00Z',
      true,
      [],
      {},
      { a: { b: [1] } },
      { a: 'x'.repeat(4096) },
    ),
  );
  const sensor = fc.constantFrom('temperature_c', 'humidity', 'pressure');
  const field = fc.constantFrom(
    ...[
      'temperature_c',
      'temperature',
      'humidity',
      'timestamp',
      'lat',
      'lon',
      'colour',
      'attributes',
      '__proto__',
      'constructor',
      'event_id',
      'device_id',
      'ts',
    ],
  );
  const body = fc
    .tuple(
      fc.option(
        fc.oneof(
          { weight: 6, arbitrary: fc.constant('greenhouse-7') },
          fc.constantFrom('a/b', 'x'.repeat(129)),
        ),
      ),
      fc.option(
        fc.oneof({ weight: 6, arbitrary: fc.constant('e1') }, fc.constantFrom('é', 'x'.repeat(65))),
      ),
      fc.option(
        fc.oneof({ weight: 3, arbitrary: fc.constant(NOW) }, { weight: 1, arbitrary: wild }),
      ),
      fc.array(
        fc.tuple(
          fc.oneof({ weight: 3, arbitrary: sensor }, { weight: 1, arbitrary: field }),
          fc.oneof(
            { weight: 3, arbitrary: fc.constantFrom<unknown>(0, 21.5, -3) },
            { weight: 1, arbitrary: wild },
          ),
        ),
        {
          maxLength: 4,
        },
      ),
    )
    .map(([device_id, event_id, ts, rest]) => {
      const fixed = Object.entries({ device_id, event_id, ts }).filter(
        ([, value]) => value !== null,
      );
      return JSON.parse(
        JSON.stringify(Object.fromEntries(fixed)).replace(
          /}$/,
          `${fixed.length > 0 && rest.length > 0 ? ',' : ''}${rest.map(([name, value]) => `${JSON.stringify(name)}:${value === Infinity ? '1e999' : JSON.stringify(value)}`).join()}}`,
        ),
      ) as unknown;
    });

  it('gives what the schema and the full reading of it give', () => {
    const thorough = new ReadingParser(new SensorCatalogue(BUILT_IN_SENSORS), {
      maxFutureSkewMs: 300_000,
      rawRetentionMs: 30 * DAY,
    });
    Object.assign(thorough, { plain: () => undefined });
    let accepted = 0;
    fc.assert(
      fc.property(body, (value) => {
        const parsed = parse(value);
        if (parsed.reading) accepted++;
        expect(parsed).toEqual(thorough.parse(value, NOW, () => 'new-id'));
      }),
      { numRuns: 3000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });
});
