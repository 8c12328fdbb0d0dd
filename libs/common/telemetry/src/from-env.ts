import { readFileSync } from 'node:fs';
import { ConfigError, type loadConfig, type readingEnv, type thresholdEnv } from '@iot/config';
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
    throw new ConfigError(
      `SENSORS_FILE is ${JSON.stringify(file)}; allowed: a JSON array of {name, unit, aliases?, min?, max?} (${why})`,
    );
  }
}

/** The catalogue with the thresholds of the environment, which win over those of a SENSORS_FILE. */
export const alertCatalogueFrom = (
  config: Pick<ReadingConfig, 'SENSORS_FILE'> & ThresholdConfig,
): SensorCatalogue => withThresholds(catalogueFrom(config), thresholdsFrom(config));

/**
 * The bounds of the built-in sensors, by sensor name.
 * @throws ConfigError naming the variables when a bound is beyond what values may be, or a minimum
 *   is not below its maximum
 */
export function thresholdsFrom(
  config: ThresholdConfig,
): Record<string, { min: number; max: number }> {
  const bounds = (min: number, max: number, name: string) => {
    for (const [variable, bound] of [
      [`${name}_MIN_THRESHOLD`, min],
      [`${name}_MAX_THRESHOLD`, max],
    ] as const)
      if (Math.abs(bound) > MAX_MAGNITUDE)
        throw new ConfigError(
          `${variable} is ${bound}; allowed: a number from -1e100 to 1e100, as values are`,
        );
    if (min >= max)
      throw new ConfigError(
        `${name}_MIN_THRESHOLD is ${min} and ${name}_MAX_THRESHOLD is ${max}; allowed: a minimum below the maximum`,
      );
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

const DAY_MS = 86_400_000;

/**
 * A worker no longer takes what is about to be removed: it could not tell a copy of it. So what is
 * accepted is younger by this: the hour and a few minutes that the aggregator asks for, and nearly
 * an hour on the way to it.
 */
export const WAY_TO_THE_WORKER_MS = 2 * 3_600_000;

/** The parser of a worker's readings. */
export const parserFrom = (config: ReadingConfig): ReadingParser =>
  parserOf(config, config.RAW_RETENTION_DAYS * DAY_MS);

/** The parser of readings that are accepted, and handled a while later. */
export const acceptingParserFrom = (config: ReadingConfig): ReadingParser =>
  parserOf(config, config.RAW_RETENTION_DAYS * DAY_MS - WAY_TO_THE_WORKER_MS);

const parserOf = (config: ReadingConfig, rawRetentionMs: number): ReadingParser =>
  new ReadingParser(catalogueFrom(config), {
    maxFutureSkewMs: config.MAX_FUTURE_SKEW_MS,
    rawRetentionMs,
  });
