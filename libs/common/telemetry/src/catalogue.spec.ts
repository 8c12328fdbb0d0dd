import { BUILT_IN_SENSORS, parseCatalogue, SensorCatalogue, withThresholds } from './catalogue.js';

describe('SensorCatalogue', () => {
  it('knows the built-in sensors by name and alias', () => {
    const catalogue = new SensorCatalogue(BUILT_IN_SENSORS);
    expect(catalogue.canonical.get('temperature')).toBe('temperature_c');
    expect([...catalogue.byName.keys()].slice(0, 5)).toEqual([
      'temperature_c',
      'humidity',
      'voltage',
      'current',
      'pressure',
    ]);
  });

  it.each([
    'device_id',
    'ts',
    'lat',
    'source',
    '_id',
    '__proto__',
    'constructor',
    'CO2',
    '1st',
    '',
  ])('refuses the name %p', (name) => {
    expect(
      () => new SensorCatalogue([{ name, unit: '', aliases: [], min: null, max: null }]),
    ).toThrow(`sensor "${name}"`);
  });

  it('refuses a name or alias that is taken', () => {
    expect(() => parseCatalogue('[{"name":"heat","unit":"K","aliases":["temperature"]}]')).toThrow(
      '"temperature" is defined twice',
    );
  });
});

describe('parseCatalogue', () => {
  it('adds sensors, and replaces a built-in one of the same name', () => {
    const catalogue = parseCatalogue(
      '[{"name":"co2","unit":"ppm","max":2000},{"name":"humidity","unit":"%","min":20}]',
    );
    expect(catalogue.byName.get('co2')).toEqual({
      name: 'co2',
      unit: 'ppm',
      aliases: [],
      min: null,
      max: 2000,
    });
    expect(catalogue.byName.get('humidity')).toMatchObject({ min: 20, max: null });
    expect(catalogue.sensors).toHaveLength(BUILT_IN_SENSORS.length + 1);
  });

  it.each([
    ['{', 'not JSON'],
    ['{}', 'must be a JSON array'],
    ['[1]', 'entry 0 must be an object'],
    ['[{"name":"a","color":1}]', 'unknown field color'],
    ['[{"name":1}]', 'name and unit must be text'],
    ['[{"name":"a","aliases":"b"}]', 'aliases must be a list'],
    ['[{"name":"a","min":"1"}]', 'entry 0: min must be a number'],
    ['[{"name":"a","max":1e101}]', 'entry 0: max must be a number from -1e100 to 1e100'],
    ['[{"name":"a","min":-1e999}]', 'entry 0: min must be a number from -1e100 to 1e100'],
  ])('refuses %s', (json, why) => {
    expect(() => parseCatalogue(json)).toThrow(why);
  });

  it('lets thresholds be moved', () => {
    const moved = withThresholds(new SensorCatalogue(BUILT_IN_SENSORS), {
      humidity: { min: 30, max: 60 },
    });
    expect(moved.byName.get('humidity')).toMatchObject({ min: 30, max: 60 });
    expect(moved.byName.get('voltage')).toMatchObject({ min: 200, max: 240 });
  });
});
