export { BAD_REASONS } from './core/bad.js';
export {
  eventsOf,
  identity,
  valuesOf,
  type EventSource,
  type LoadEvent,
  type Reading,
} from './core/event.js';
export { outage } from './core/mixer.js';
export {
  parseRecorded,
  replayEvents,
  type Recorded,
  type Recording,
  type ReplayPlan,
} from './core/replay.js';
export { SENSORS, type SensorName } from './core/signals.js';
export { deviceIds, syntheticEvents, type SyntheticPlan } from './core/synthetic.js';
export { openRecording } from './input/recording-file.js';
