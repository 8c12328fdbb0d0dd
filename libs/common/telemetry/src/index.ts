export { ATTRIBUTES, attributesText } from './attributes.js';
export {
  BUILT_IN_SENSORS,
  parseCatalogue,
  SensorCatalogue,
  withThresholds,
  type Sensor,
} from './catalogue.js';
export { derivedEventId, eventKey, newEventId, positionEventId } from './event-id.js';
export {
  acceptingParserFrom,
  catalogueFrom,
  parserFrom,
  WAY_TO_THE_WORKER_MS,
} from './from-env.js';
export { ReadingParser, type NewEventId, type Parsed, type ReadingLimits } from './parser.js';
export {
  explain,
  readingDto,
  readingSchema,
  type JsonSchema,
  type ReadingDto,
} from './reading-dto.js';
export {
  DEVICE_ID,
  encodeReading,
  EVENT_ID,
  MAX_MAGNITUDE,
  type FieldError,
  type Reading,
} from './reading.js';
export {
  decodeRecord,
  sourceOf,
  type Decoded,
  type TelemetryRecord,
  type Undecodable,
} from './record.js';
export { alertCatalogueFrom, thresholdEnv, thresholdsFrom } from './thresholds.js';
export { parseTimestamp } from './timestamp.js';
