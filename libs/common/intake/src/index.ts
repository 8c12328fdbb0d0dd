export { checkBuffer, intakeEnv, quotaOf, type IntakeConfig } from './config.js';
export { Batch, MAX_LISTED_ERRORS } from './core/batch.js';
export { addAll, MAX_READING_VALUES, mostValues, parseJson, readingLines } from './core/payload.js';
export { Quota } from './core/quota.js';
export { envelope, recordOf, type Envelope } from './core/records.js';
export { INTAKE_REASONS, PayloadRefused } from './core/refusal.js';
export { ValueLimit, type Format } from './core/value-limit.js';
export { intakeMetrics, type IntakeMetrics } from './metrics.js';
export { TelemetryOutput, type SendElsewhere } from './output/telemetry-output.js';
