import { AlertChanges, type DeviceState, type RuleSet } from '@iot/alerting';
import type { AlertOutbox } from '../output/alert-outbox.js';
import type { Checkpoints } from './checkpoints.js';
import type { RulesInForce } from './rules-in-force.js';
import type { StateCache } from './state-cache.js';
import type { StateLoader } from './state-loader.js';

/**
 * Changes states of devices though no reading of theirs comes, by time or by other rules, and
 * writes the alerts that this changes.
 */
export class Renewals {
  /** @param name of what has them changed, for alerts that wait to be written */
  constructor(
    private readonly name: string,
    private readonly loader: Pick<StateLoader, 'load'>,
    private readonly rules: Pick<RulesInForce, 'current'>,
    private readonly states: StateCache,
    private readonly outbox: AlertOutbox,
    private readonly checkpoints: Pick<Checkpoints, 'epoch' | 'room'>,
  ) {}

  /**
   * Writes what could not be written the last time. To be called first, whatever there is to do:
   * no checkpoint is taken while alerts wait.
   * @throws BackendUnavailable
   */
  async finish(): Promise<void> {
    await this.outbox.write(this.name);
    this.outbox.heardOf(this.name);
  }

  /**
   * Has each of the devices renewed, or none where rules or partitions are others by then.
   * @param epoch of the states that `ids` were found by
   * @throws the database's error; what was changed is written by {@link finish}
   */
  async renew(
    ids: readonly string[],
    set: RuleSet,
    epoch: number,
    one: (state: DeviceState, changes: AlertChanges) => void,
  ): Promise<void> {
    // A state that is evicted meanwhile is as stored, so the one that was in memory is right: none
    // of the devices may be passed over.
    const known = new Map(ids.map((id) => [id, this.states.get(id)]));
    const loaded = await this.loader.load(
      ids.filter((id) => !known.get(id)),
      set,
    );
    await this.checkpoints.room();
    if (epoch !== this.checkpoints.epoch || set !== this.rules.current) return;
    const changes = new AlertChanges();
    for (const id of ids) one(this.states.get(id) ?? known.get(id) ?? loaded.get(id)!, changes);
    this.outbox.put(this.name, changes);
    await this.finish();
  }
}
