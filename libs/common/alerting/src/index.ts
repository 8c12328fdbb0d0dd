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
export { AlertChanges } from './core/alert-changes.js';
export { DeviceBackTest } from './core/back-test.js';
export { acknowledgedAlertEvent, alertId } from './core/alert-data.js';
export type { AlertType, CompiledRule } from './core/compiled-rule.js';
export {
  newDeviceState,
  type Alert,
  type AlertStatus,
  type DeviceState,
} from './core/device-state.js';
export { evaluate } from './core/evaluate.js';
export { PartitionProgress, type StoredProgress } from './core/progress.js';
export { hearOf, settleTold } from './core/reconcile.js';
export { closeGone, goneRule, listen, mustRefresh, refresh } from './core/refresh.js';
export { RuleSet, type DeviceRule, type DeviceRules } from './core/rule-set.js';
export { judgeSilence, silenceDue } from './core/silence.js';
export { DURATION_RULE, parseDuration } from './duration.js';
export { muteHolds, type Mute } from './mute.js';
export { readRule, RULE_NAME } from './read-rule.js';
export type { Condition, Rule, Severity, VersionedRule } from './rule.js';
export { readSelector, selectorHolds, type Selector } from './selector.js';
export { alertsTopic, alertsTopicEnv } from './variables.js';
