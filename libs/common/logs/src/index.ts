export type { Attributes, LogLine } from './core/log-line.js';
export { LEVELS, levelOfNumber, levelOfText, SEVERITIES, type Level } from './core/severity.js';
export { kafkaTee, type TeeConfig } from './kafka-tee.js';
export { teeMetrics } from './metrics.js';
export type { LogTee } from './tee.js';
export { logsTopic } from './topic.js';
