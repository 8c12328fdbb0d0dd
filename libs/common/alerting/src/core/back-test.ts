import type { Reading } from '@iot/telemetry';
import { AlertChanges } from './alert-changes.js';
import { newDeviceState, type Alert, type DeviceState } from './device-state.js';
import { evaluate } from './evaluate.js';
import type { RuleSet } from './rule-set.js';
import { judgeSilence } from './silence.js';

/**
 * What rules would have made of the readings of one device, in the order of their arrival: the very
 * functions that judge live readings. Time goes by as the arrivals say, as nobody knows any more
 * when the platform itself stood still.
 */
export class DeviceBackTest {
  private readonly state: DeviceState;
  private readonly changes = new AlertChanges();

  /** @param over is told of each alert that was raised, when it is over, and at the end */
  constructor(
    deviceId: string,
    set: RuleSet,
    private readonly over: (alert: Alert) => void,
  ) {
    this.state = newDeviceState(deviceId, set.of(deviceId));
  }

  /** Whether any rule is about the device. */
  get isConcerned(): boolean {
    return this.state.rules.rules.length > 0;
  }

  /** @param receivedAt epoch ms */
  add(reading: Reading, receivedAt: number): void {
    evaluate(this.state, reading, receivedAt, receivedAt, this.changes);
    if (this.changes.changed.size > 0) this.tell();
  }

  /** @param at epoch ms; up to then nothing more came */
  end(at: number): void {
    judgeSilence(this.state, at, this.changes);
    this.tell();
    for (const alert of this.state.active) if (alert.status === 'active') this.over(alert);
  }

  private tell(): void {
    for (const alert of this.changes.changed) if (alert.status === 'resolved') this.over(alert);
    this.changes.changed.clear();
    this.changes.raised.clear();
    this.changes.events.length = 0;
  }
}
