import { readFileSync } from 'node:fs';
import { ConfigError, type loadConfig, type readingEnv, type thresholdEnv } from '../config/index.js';
import { parseCatalogue, withThresholds, type SensorCatalogue } from './catalogue.js';
import { MAX_MAGNITUDE } from './reading.js';
import { ReadingParser } from './parser.js';

type ReadingConfig = ReturnType<typeof loadConfig<typeof readingEnv>>;
type ThresholdConfig = ReturnType<typeof loadConfig<typeof thresholdEnv>>;

/** @throws ConfigError naming SENSORS_FILE when it cannot be read or used */
export function catalogueFrom(config: Pick<ReadingConfig, 'SENSORS_FILE'>): SensorCatalogue {
  const file = config.SENSORS_FILE;
  try {
    return parseCatalogue(file === '' ? '[]' : readFileSync(file, 'utf8'));
  } catch (error) {
    const [why] = (error as Error).message.split('\n');
    throw new ConfigError(`SENSORS_FILE is ${JSON.stringify(file)}; allowed: a JSON array of {name, unit, aliases?, min?, max?} (${why})`);
  }
}

/** The catalogue with the thresholds of the environment, which win over those of a SENSORS_FILE. */
export const alertCatalogueFrom = (config: Pick<ReadingConfig, 'SENSORS_FILE'> & ThresholdConfig): SensorCatalogue =>
  withThresholds(catalogueFrom(config), thresholdsFrom(config));

/**
 * The bounds of the built-in sensors, by sensor name.
 * @throws ConfigError naming the variables when a bound is beyond what values may be, or a minimum is not below its maximum
 */
export function thresholdsFrom(config: ThresholdConfig): Record<string, { min: number; max: number }> {
  const bounds = (min: number, max: number, name: string) => {
    for (const [variable, bound] of [
      [`${name}_MIN_THRESHOLD`, min],
      [`${name}_MAX_THRESHOLD`, max],
    ] as const)
      if (Math.abs(bound) > MAX_MAGNITUDE)
        throw new ConfigError(`${variable} is ${bound}; allowed: a number from -1e100 to 1e100, as values are`);
    if (min >= max)
      throw new ConfigError(`${name}_MIN_THRESHOLD is ${min} and ${name}_MAX_THRESHOLD is ${max}; allowed: a minimum below the maximum`);
    return { min, max };
  };
  return {
    temperature_c: bounds(config.TEMP_MIN_THRESHOLD, config.TEMP_MAX_THRESHOLD, 'TEMP'),
    humidity: bounds(config.HUMIDITY_MIN_THRESHOLD, config.HUMIDITY_MAX_THRESHOLD, 'HUMIDITY'),
    voltage: bounds(config.VOLTAGE_MIN_THRESHOLD, config.VOLTAGE_MAX_THRESHOLD, 'VOLTAGE'),
    current: bounds(config.CURRENT_MIN_THRESHOLD, config.CURRENT_MAX_THRESHOLD, 'CURRENT'),
    pressure: bounds(config.PRESSURE_MIN_THRESHOLD, config.PRESSURE_MAX_THRESHOLD, 'PRESSURE'),
  };
}

/** The parser of this process's readings. */
export function parserFrom(config: ReadingConfig): ReadingParser {
  return new ReadingParser(catalogueFrom(config), {
    maxFutureSkewMs: config.MAX_FUTURE_SKEW_MS,
    rawRetentionMs: config.RAW_RETENTION_DAYS * 86_400_000,
  });
}
