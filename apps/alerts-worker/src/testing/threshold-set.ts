import { RuleSet, type VersionedRule } from '@iot/alerting';
import type { Sensor } from '@iot/telemetry';
import { thresholdRules } from '../core/threshold-rules.js';
import { compileThresholds } from '../core/thresholds.js';
import { MARGIN, SENSORS } from './arbitrary-log.js';

export const UNITS = new Map(SENSORS.map(({ name, unit }) => [name, unit]));

/** The thresholds of sensors as rules, and others. */
export const thresholdSet = (
  sensors: readonly Sensor[] = SENSORS,
  rules: readonly VersionedRule[] = [],
): RuleSet => new RuleSet(thresholdRules(compileThresholds(sensors, MARGIN)), rules, UNITS);
