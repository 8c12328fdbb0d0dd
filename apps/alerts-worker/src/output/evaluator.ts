import { StoreUnwell } from '@iot/common/kafka';
import type { Reading } from '@iot/common/telemetry';
import { newDeviceState, type DeviceState } from '../core/device-state.js';
import { AlertChanges, evaluate } from '../core/evaluate.js';
import { deviceState } from '../core/state-document.js';
import type { Thresholds } from '../core/thresholds.js';
import type { AlertMetrics } from '../metrics.js';
import type { AlertOutbox } from './alert-outbox.js';
import type { Checkpoints } from './checkpoints.js';
import type { StateCache } from './state-cache.js';
import type { StateStore } from './stores.js';

/** A reading to evaluate, and when its record arrived (epoch ms). */
export interface Arrival {
  readonly reading: Reading;
  readonly arrivedAt: number;
}

/** A reading that could not be evaluated, by its place among the arrivals. */
export interface EvaluationFailure {
  readonly index: number;
  readonly error: Error;
}

/** Evaluates batches of readings in memory, and writes the alerts that they change before it returns. */
export class Evaluator {
  constructor(
    private readonly store: Pick<StateStore, 'load'>,
    private readonly thresholds: Thresholds,
    private readonly states: StateCache,
    private readonly outbox: AlertOutbox,
    private readonly checkpoints: Checkpoints,
    private readonly metrics: Pick<AlertMetrics, 'evaluated' | 'notNewer'>,
  ) {}

  /**
   * @param place the partition; its batches come one after the other, and one that failed comes again
   * @throws StoreUnwell when the database is unwell, or when the states were dropped meanwhile: the same readings are to come again
   */
  async evaluate(place: string, arrivals: readonly Arrival[]): Promise<EvaluationFailure[]> {
    const { epoch } = this.checkpoints;
    await this.outbox.write(place);
    const states = arrivals.map(({ reading }) => this.states.get(reading.device_id));
    if (states.includes(undefined) || !this.checkpoints.hasRoom) {
      const loaded = await this.load(arrivals.filter((_, i) => states[i] === undefined));
      await this.checkpoints.room();
      if (epoch !== this.checkpoints.epoch) throw new StoreUnwell('alerts', 'the device states were dropped; starting over');
      // What is in memory now comes first: while this batch waited, others may have changed a state, or it may have been evicted.
      arrivals.forEach(({ reading: { device_id } }, i) => (states[i] = this.states.get(device_id) ?? states[i] ?? loaded.get(device_id)));
    }
    const changes = new AlertChanges();
    const failures = this.fold(arrivals, states as DeviceState[], changes);
    this.outbox.put(place, changes);
    await this.outbox.write(place);
    return failures;
  }

  /** Not interrupted by anything. `states` are those of the arrivals, one by one. */
  private fold(arrivals: readonly Arrival[], states: readonly DeviceState[], changes: AlertChanges): EvaluationFailure[] {
    const { thresholds } = this;
    const failures: EvaluationFailure[] = [];
    let evaluated = 0;
    for (let index = 0; index < arrivals.length; index++) {
      const { reading, arrivedAt } = arrivals[index]!;
      const state = states[index]!;
      try {
        if (!evaluate(state, reading, arrivedAt, thresholds, changes)) continue;
        evaluated++;
      } catch (error) {
        failures.push({ index, error: error as Error });
      }
      if (!state.changed) this.states.keep(state);
    }
    this.metrics.evaluated.inc(evaluated);
    this.metrics.notNewer.inc(arrivals.length - failures.length - evaluated);
    return failures;
  }

  /** The stored states of the arrivals' devices, which are in memory from now on. */
  private async load(arrivals: readonly Arrival[]): Promise<ReadonlyMap<string, DeviceState>> {
    const states = new Map<string, DeviceState>();
    for (const { reading } of arrivals) states.set(reading.device_id, newDeviceState(reading.device_id, this.thresholds.size));
    if (states.size === 0) return states;
    const { epoch } = this.checkpoints;
    try {
      for (const document of await this.store.load([...states.keys()])) states.set(document._id, deviceState(document, this.thresholds));
    } catch (error) {
      throw new StoreUnwell('cannot read the device states from MongoDB', error);
    }
    if (epoch === this.checkpoints.epoch) for (const state of states.values()) if (!this.states.get(state.deviceId)) this.states.add(state);
    return states;
  }
}
