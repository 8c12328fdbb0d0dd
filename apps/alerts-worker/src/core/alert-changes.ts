import type { Alert } from './device-state.js';

/** The alerts that a run of readings changed, and those of them that it raised. */
export class AlertChanges {
  readonly changed = new Set<Alert>();
  readonly raised = new Set<Alert>();
}
