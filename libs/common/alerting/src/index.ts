export {
  ALERT_CHANGES,
  ALERT_EVENT_TYPE,
  alertEvent,
  changeOf,
  decodeAlertEvent,
  encodeAlertEvent,
  type Acknowledgement,
  type AlertChange,
  type AlertEvent,
  type AlertEventData,
} from './alert-event.js';
export { DURATION_RULE, parseDuration } from './duration.js';
export { muteHolds, type Mute } from './mute.js';
export { readSelector, selectorHolds, type Selector } from './selector.js';
export { alertsTopic, alertsTopicEnv } from './variables.js';
