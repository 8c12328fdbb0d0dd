import { MAX_MAGNITUDE } from './reading.js';

/**
 * A kind of measurement. `min` and `max` are the alert thresholds (a value outside is valid, and
 * alerted on); null: none.
 */
export interface Sensor {
  readonly name: string;
  readonly unit: string;
  readonly aliases: readonly string[];
  readonly min: number | null;
  readonly max: number | null;
}

/** A sensor that every installation knows, and whose thresholds the environment can move. */
interface BuiltIn extends Sensor {
  readonly min: number;
  readonly max: number;
  /** `<variable>_MIN_THRESHOLD` and `<variable>_MAX_THRESHOLD` are the variables. */
  readonly variable: string;
}

/**
 * Sensors that every installation knows. Their variables, the chart's values and the documents
 * follow from this list: `npm run generate` writes them.
 */
export const BUILT_IN_SENSORS = [
  {
    name: 'temperature_c',
    unit: '°C',
    aliases: ['temperature'],
    min: -10,
    max: 50,
    variable: 'TEMP',
  },
  { name: 'humidity', unit: '%', aliases: [], min: 0, max: 100, variable: 'HUMIDITY' },
  { name: 'voltage', unit: 'V', aliases: [], min: 200, max: 240, variable: 'VOLTAGE' },
  { name: 'current', unit: 'A', aliases: [], min: 0, max: 10, variable: 'CURRENT' },
  { name: 'pressure', unit: 'hPa', aliases: [], min: 900, max: 1100, variable: 'PRESSURE' },
] as const satisfies readonly BuiltIn[];

/** Field names of a reading, and of the stored document, that no sensor may take. */
const RESERVED = new Set([
  '_id',
  'device_id',
  'ts',
  'timestamp',
  'event_id',
  'lat',
  'lon',
  'received_at',
  'source',
  'attributes',
  '__proto__',
  'constructor',
  'prototype',
]);
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** The sensors of an installation, by name and by alias. */
export class SensorCatalogue {
  /** Field name or alias to the catalogue name. */
  readonly canonical: ReadonlyMap<string, string>;
  readonly byName: ReadonlyMap<string, Sensor>;

  /**
   * @throws Error naming the sensor when two sensors share a name or alias, or a name is not usable
   */
  constructor(readonly sensors: readonly Sensor[]) {
    const canonical = new Map<string, string>();
    for (const sensor of sensors)
      for (const name of [sensor.name, ...sensor.aliases]) {
        if (!NAME.test(name) || RESERVED.has(name))
          throw new Error(
            `sensor "${name}": a name is 1–64 of a-z 0-9 _ , starts with a letter and is none of ${[...RESERVED].join(', ')}`,
          );
        if (canonical.has(name)) throw new Error(`sensor "${name}" is defined twice`);
        canonical.set(name, sensor.name);
      }
    this.canonical = canonical;
    this.byName = new Map(sensors.map((sensor) => [sensor.name, sensor]));
  }
}

const bound = (value: unknown, where: string): number | null => {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !(Math.abs(value) <= MAX_MAGNITUDE))
    throw new Error(
      `${where} must be a number from -1e100 to 1e100, as values are, or absent for no threshold`,
    );
  return value;
};

/**
 * The built-in sensors and those of a SENSORS_FILE: a JSON array of `{name, unit, aliases?, min?,
 * max?}`; one with a built-in name replaces it.
 * @throws Error saying which entry is wrong and why
 */
export function parseCatalogue(json: string): SensorCatalogue {
  let entries: unknown;
  try {
    entries = JSON.parse(json);
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(entries))
    throw new Error('must be a JSON array of {name, unit, aliases?, min?, max?}');
  const extra = entries.map((entry: unknown, index): Sensor => {
    const where = `entry ${index}`;
    if (typeof entry !== 'object' || entry === null) throw new Error(`${where} must be an object`);
    const {
      name,
      unit = '',
      aliases = [],
      min,
      max,
      ...unknown
    } = entry as Record<string, unknown>;
    if (Object.keys(unknown).length > 0)
      throw new Error(
        `${where}: unknown field ${Object.keys(unknown)[0]}; known: name, unit, aliases, min, max`,
      );
    if (typeof name !== 'string' || typeof unit !== 'string')
      throw new Error(`${where}: name and unit must be text`);
    if (!Array.isArray(aliases) || aliases.some((alias) => typeof alias !== 'string'))
      throw new Error(`${where}: aliases must be a list of names`);
    const bounds = { min: bound(min, `${where}: min`), max: bound(max, `${where}: max`) };
    if (bounds.min !== null && bounds.max !== null && bounds.min >= bounds.max)
      throw new Error(
        `${where}: min ${bounds.min} must be below max ${bounds.max}, or every value raises an alert`,
      );
    return { name, unit, aliases: aliases as string[], ...bounds };
  });
  const replaced = new Set(extra.map((sensor) => sensor.name));
  return new SensorCatalogue([
    ...BUILT_IN_SENSORS.filter((sensor) => !replaced.has(sensor.name)),
    ...extra,
  ]);
}

/** A catalogue with other thresholds: `thresholds` maps a sensor name to its new bounds. */
export function withThresholds(
  catalogue: SensorCatalogue,
  thresholds: Readonly<Record<string, { min?: number; max?: number }>>,
): SensorCatalogue {
  return new SensorCatalogue(
    catalogue.sensors.map((sensor) => ({ ...sensor, ...thresholds[sensor.name] })),
  );
}
