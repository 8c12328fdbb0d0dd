import { AlertChanges, settleTold } from '@iot/alerting';
import { alertDocument } from '../core/alert-document.js';
import { stateDocument } from '../core/state-document.js';
import type { AlertPublisher } from '../output/alert-topic.js';
import type { AlertStore, StateStore } from '../output/stores.js';
import type { RulesInForce } from './rules-in-force.js';
import type { StateLoader } from './state-loader.js';

const DEVICES_PER_LOOK = 1000;

/**
 * Devices whose alerts this worker wrote by states that it has dropped since. Who holds their
 * partition now may have read their alerts before the last of those writes came, and then knows
 * nothing of it. So they are looked at again, until what is stored of them has come to the time of
 * the last write: then the state holds.
 */
export class LateWrites {
  private readonly devices = new Set<string>();

  constructor(
    private readonly loader: StateLoader,
    private readonly states: Pick<StateStore, 'save'>,
    private readonly alerts: Pick<AlertStore, 'write'>,
    private readonly publisher: AlertPublisher,
    private readonly rules: RulesInForce,
  ) {}

  get size(): number {
    return this.devices.size;
  }

  add(devices: Iterable<string>): void {
    for (const device of devices) this.devices.add(device);
  }

  /**
   * To be called when none of this worker's writes is on its way. @throws the database's error; the
   * rest is looked at the next time
   */
  async look(): Promise<void> {
    const devices = [...this.devices];
    for (let i = 0; i < devices.length; i += DEVICES_PER_LOOK) {
      const states = await this.loader.load(
        devices.slice(i, i + DEVICES_PER_LOOK),
        this.rules.current,
      );
      const changes = new AlertChanges();
      const changed = [...states.values()].filter((state) => settleTold(state, changes));
      if (changes.changed.size > 0)
        await this.alerts.write([...changes.changed].map(alertDocument));
      if (changes.events.length > 0) await this.publisher.publish(changes.events);
      // Refused where the holder has stored one meanwhile. Then it is looked at again.
      const conflicts =
        changed.length === 0 ? 0 : await this.states.save(changed.map(stateDocument));
      for (const { deviceId, told } of states.values())
        if (told.length === 0 && conflicts === 0) this.devices.delete(deviceId);
    }
  }
}
