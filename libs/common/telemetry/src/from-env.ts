import { readFileSync } from 'node:fs';
import { ConfigError, type loadConfig, type readingEnv } from '@iot/config';
import { parseCatalogue, type SensorCatalogue } from './catalogue.js';
import { ReadingParser } from './parser.js';
import { DEVICE_ID, NEW_DEVICE_ID } from './reading.js';

type ReadingConfig = ReturnType<typeof loadConfig<typeof readingEnv>>;

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

const DAY_MS = 86_400_000;

/**
 * A worker no longer takes what is about to be removed: it could not tell a copy of it. So what is
 * accepted is younger by this: the hour and a few minutes that the aggregator asks for, and nearly
 * an hour on the way to it.
 */
export const WAY_TO_THE_WORKER_MS = 2 * 3_600_000;

/** The parser of a worker's readings. */
export const parserFrom = (config: ReadingConfig): ReadingParser =>
  parserOf(config, config.RAW_RETENTION_DAYS * DAY_MS, DEVICE_ID);

/** The parser of readings that are accepted, and handled a while later. */
export const acceptingParserFrom = (config: ReadingConfig): ReadingParser =>
  parserOf(config, config.RAW_RETENTION_DAYS * DAY_MS - WAY_TO_THE_WORKER_MS, NEW_DEVICE_ID);

const parserOf = (config: ReadingConfig, rawRetentionMs: number, deviceId: RegExp): ReadingParser =>
  new ReadingParser(
    catalogueFrom(config),
    { maxFutureSkewMs: config.MAX_FUTURE_SKEW_MS, rawRetentionMs },
    deviceId,
  );
