import type { AlertChange, AlertEvent } from '../alert-event.js';
import { eventOfAlert } from './alert-data.js';
import type { Alert } from './device-state.js';

/** What a run of readings did to alerts. */
export class AlertChanges {
  readonly changed = new Set<Alert>();
  readonly raised = new Set<Alert>();
  /** What is to be told of it, in order. */
  readonly events: AlertEvent[] = [];

  /** To be called at the change, as an alert may change again in the same run. */
  tell(change: AlertChange, alert: Alert, time: number): void {
    this.events.push(eventOfAlert(change, alert, time));
  }
}
