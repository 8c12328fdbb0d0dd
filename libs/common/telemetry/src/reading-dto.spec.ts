import { Ajv } from 'ajv';
import fc from 'fast-check';
import { attributesText } from './attributes.js';
import { BUILT_IN_SENSORS, SensorCatalogue } from './catalogue.js';
import { ReadingParser } from './parser.js';
import { explain, readingDto, readingSchema } from './reading-dto.js';
import { parseTimestamp } from './timestamp.js';

const dto = readingDto(new SensorCatalogue(BUILT_IN_SENSORS));
const schema = readingSchema(dto);
const fields = new Set(Object.keys(schema['properties'] as object));
const accepts = new Ajv({ strictNumbers: true, allowUnionTypes: true }).compile(schema);
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 3000);

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'd1',
    'a/b',
    'x'.repeat(64),
    'x'.repeat(65),
    'x'.repeat(129),
    '2026-06-15T11:59:58Z',
    '2026-02-30T00:00:00Z',
    '12',
  ),
);
const number = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(
    0,
    -0,
    90,
    90.0001,
    -90,
    180,
    -180.5,
    1e-7,
    1e100,
    -1e100,
    1.1e100,
    1e300,
    1.7e12,
    Infinity,
    NaN,
  ),
);
const anything = fc.oneof(
  text,
  number,
  fc.boolean(),
  fc.constant(null),
  fc.constant(undefined),
  fc.anything({ maxDepth: 1 }),
);
const name = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...fields) },
  { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', 'co2', '', 'Device_id') },
);
const kinds = new Map<string, fc.Arbitrary<unknown>>([
  ['device_id', text],
  ['event_id', text],
  ['ts', fc.oneof(text, number)],
  ['timestamp', fc.oneof(text, number)],
  ['attributes', fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 }))],
]);
const fitting = (field: string): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 4, arbitrary: kinds.get(field) ?? number },
    { weight: 1, arbitrary: anything },
  );
const body = fc.uniqueArray(name, { maxLength: 6 }).chain((names) =>
  fc
    .tuple(...['device_id', ...names].map((field) => fc.tuple(fc.constant(field), fitting(field))))
    .map((entries) => {
      const object: Record<string, unknown> = {};
      for (const [field, value] of entries as [string, unknown][])
        Object.defineProperty(object, field, {
          value,
          enumerable: true,
          configurable: true,
          writable: true,
        });
      return object;
    }),
);

/** The schema leaves the grammar of times, and what attributes may hold, to functions. */
const restIsWell = (reading: Record<string, unknown>): boolean =>
  ['ts', 'timestamp'].every(
    (field) => reading[field] === undefined || parseTimestamp(reading[field]) !== undefined,
  ) &&
  (reading['attributes'] === undefined || attributesText(reading['attributes']) !== undefined);

describe('the compiled schema and the class-validator DTO', () => {
  it('accept the same bodies', () => {
    let accepted = 0;
    fc.assert(
      fc.property(body, (candidate) => {
        // What arrives is JSON, which has no undefined.
        const json = Object.fromEntries(
          Object.entries(candidate).filter(([, value]) => value !== undefined),
        );
        const bySchema = accepts(json) && restIsWell(json);
        const byDto = explain(dto, fields, json).length === 0;
        if (bySchema) accepted++;
        expect({ json, accepted: byDto }).toEqual({ json, accepted: bySchema });
      }),
      { numRuns: RUNS },
    );
    expect(accepted).toBeGreaterThan(RUNS / 100);
  });

  it('leave no refusal unexplained', () => {
    const parser = new ReadingParser(new SensorCatalogue(BUILT_IN_SENSORS), {
      maxFutureSkewMs: 0,
      rawRetentionMs: 0,
    });
    fc.assert(
      fc.property(body, (candidate) => {
        for (const { message } of parser.parse(candidate, 0, () => 'id').errors ?? []) {
          expect(message).not.toBe('is not a valid reading');
          expect(message.length).toBeGreaterThan(5);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('say the bounds of values', () => {
    const properties = schema['properties'] as Record<string, object>;
    for (const field of ['humidity', 'temperature'])
      expect(properties[field]).toMatchObject({ minimum: -1e100, maximum: 1e100 });
  });

  it('know the same fields: those of the contract, and the sensors of the catalogue', () => {
    const known = [
      'device_id',
      'ts',
      'timestamp',
      'event_id',
      ...BUILT_IN_SENSORS.flatMap(({ name, aliases }) => [name, ...aliases]),
      'lat',
      'lon',
      'attributes',
    ];
    expect([...fields].sort()).toEqual(known.sort());
  });
});
