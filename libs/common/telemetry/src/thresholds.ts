import { ConfigError, decimal } from '@iot/config';
import { BUILT_IN_SENSORS, withThresholds, type SensorCatalogue } from './catalogue.js';
import { catalogueFrom } from './from-env.js';
import { MAX_MAGNITUDE } from './reading.js';

type Moved = (typeof BUILT_IN_SENSORS)[number]['variable'];
type ThresholdVariable = `${Moved}_${'MIN' | 'MAX'}_THRESHOLD`;
type ThresholdConfig = Readonly<Record<ThresholdVariable, number>>;

/** Alert thresholds of the built-in sensors: two variables each. */
export const thresholdEnv = Object.fromEntries(
  BUILT_IN_SENSORS.flatMap(({ name, unit, min, max, variable }) => [
    [
      `${variable}_MIN_THRESHOLD`,
      decimal({ default: min, desc: `${name} below it raises an alert, ${unit}` }),
    ],
    [
      `${variable}_MAX_THRESHOLD`,
      decimal({ default: max, desc: `${name} above it raises an alert, ${unit}` }),
    ],
  ]),
) as Record<ThresholdVariable, ReturnType<typeof decimal>>;

/** The catalogue with the thresholds of the environment, which win over those of a SENSORS_FILE. */
export const alertCatalogueFrom = (
  config: Parameters<typeof catalogueFrom>[0] & ThresholdConfig,
): SensorCatalogue => withThresholds(catalogueFrom(config), thresholdsFrom(config));

/**
 * The bounds of the built-in sensors, by sensor name.
 * @throws ConfigError naming the variables when a bound is beyond what values may be, or a minimum
 *   is not below its maximum
 */
export const thresholdsFrom = (
  config: ThresholdConfig,
): Record<string, { min: number; max: number }> =>
  Object.fromEntries(
    BUILT_IN_SENSORS.map(({ name, variable }) => [name, boundsOf(config, variable)]),
  );

function boundsOf(config: ThresholdConfig, sensor: Moved): { min: number; max: number } {
  const variables = [`${sensor}_MIN_THRESHOLD`, `${sensor}_MAX_THRESHOLD`] as const;
  for (const variable of variables)
    if (Math.abs(config[variable]) > MAX_MAGNITUDE)
      throw new ConfigError(
        `${variable} is ${config[variable]}; allowed: a number from -1e100 to 1e100, as values are`,
      );
  const [min, max] = variables.map((variable) => config[variable]) as [number, number];
  if (min >= max)
    throw new ConfigError(
      `${variables[0]} is ${min} and ${variables[1]} is ${max}; allowed: a minimum below the maximum`,
    );
  return { min, max };
}
