import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumedRecord } from '@iot/kafka';
import { BackendUnavailable } from '@iot/resilience';
import type { Reading } from '@iot/telemetry';
import type { DeviceState } from '../core/device-state.js';
import { alertId } from '../core/alert-document.js';
import { AlertChanges } from '../core/alert-changes.js';
import { evaluate } from '../core/evaluate.js';
import { hearOf, settleTold } from '../core/reconcile.js';
import { sameSensors, type Thresholds } from '../core/thresholds.js';
import type { AlertsMetrics } from '../metrics.js';
import type { AlertOutbox } from '../output/alert-outbox.js';
import type { Checkpoints } from './checkpoints.js';
import type { StateCache } from './state-cache.js';
import type { StateLoader } from './state-loader.js';

/** A reading to evaluate, and the record that brought it. */
export interface Arrival {
  readonly reading: Reading;
  readonly record: Pick<ConsumedRecord, 'receivedAt'>;
}

/** A reading that could not be evaluated. */
export interface EvaluationFailure<A extends Arrival> {
  readonly arrival: A;
  readonly error: Error;
}

const CHECKPOINT_PATIENCE_MS = 5000;

const unreadable = (what: string) => (error: unknown) => {
  throw new BackendUnavailable(`cannot read the ${what} from MongoDB`, error);
};

/**
 * Evaluates batches of readings in memory, and writes the alerts that they change before it
 * returns.
 */
export class Evaluator {
  constructor(
    private readonly loader: StateLoader,
    private inForce: Thresholds,
    private readonly states: StateCache,
    private readonly outbox: AlertOutbox,
    private readonly checkpoints: Checkpoints,
    private readonly metrics: Pick<AlertsMetrics, 'evaluated' | 'notNewer'>,
  ) {}

  get thresholds(): Thresholds {
    return this.inForce;
  }

  /**
   * Judges readings by these from the next batch on. What was judged by the old ones is stored
   * before, so that a replay does not judge it again; a database that does not take it in time does
   * not keep the new ones out.
   * @throws Error when the sensors are not those that there were
   */
  async judgeBy(next: Thresholds): Promise<void> {
    if (!sameSensors(next, this.inForce))
      throw new Error('the sensors that have thresholds cannot change while the process runs');
    await Promise.race([
      this.checkpoints.take().catch(() => undefined),
      delay(CHECKPOINT_PATIENCE_MS, undefined, { ref: false }),
    ]);
    this.inForce = next;
  }

  /**
   * @param topicPartition whose batches come one after the other, and one that failed comes again
   * @param arrivals in order; read once
   * @throws BackendUnavailable when the database is unwell, or when the states were dropped
   *   meanwhile: the same readings are to come again
   */
  async evaluate<A extends Arrival>(
    topicPartition: string,
    arrivals: Iterator<A, undefined>,
  ): Promise<EvaluationFailure<A>[]> {
    const { epoch } = this.checkpoints;
    // Once for the whole batch, whatever is put in force while it waits for the database.
    const thresholds = this.inForce;
    const failures: EvaluationFailure<A>[] = [];
    await this.writeAlerts(topicPartition);
    this.mustBe(epoch);
    const unknown = this.evaluateKnown(topicPartition, arrivals, thresholds, failures);
    await this.writeAlerts(topicPartition);
    if (unknown === undefined) return failures;
    // From the first device on whose state is not in memory, the readings wait for the states of
    // all of them: their order counts.
    const rest = [unknown];
    for (let next = arrivals.next(); !next.done; next = arrivals.next()) rest.push(next.value);
    const states = rest.map(({ reading }) => this.states.get(reading.deviceId));
    const loaded = await this.load(
      rest.filter((_, i) => states[i] === undefined),
      thresholds,
    );
    await this.checkpoints.room();
    this.mustBe(epoch);
    // What is in memory now comes first: while this batch waited, others may have changed a state,
    // or it may have been evicted.
    rest.forEach(
      ({ reading: { deviceId } }, i) =>
        (states[i] = this.states.get(deviceId) ?? states[i] ?? loaded.get(deviceId)),
    );
    const fold = new Fold<A>(thresholds, this.states, failures);
    for (let i = 0; i < rest.length; i++) fold.add(rest[i]!, states[i]!);
    this.finish(topicPartition, fold);
    await this.writeAlerts(topicPartition);
    return failures;
  }

  /**
   * Evaluates each arrival as it is decoded, so that none of them lives long, up to the first whose
   * device is not in memory.
   * @returns that one; undefined when there is none
   */
  private evaluateKnown<A extends Arrival>(
    topicPartition: string,
    arrivals: Iterator<A, undefined>,
    thresholds: Thresholds,
    failures: EvaluationFailure<A>[],
  ): A | undefined {
    const fold = new Fold<A>(thresholds, this.states, failures);
    const { hasRoom } = this.checkpoints;
    let unknown: A | undefined;
    for (let next = arrivals.next(); !next.done; next = arrivals.next()) {
      const state = hasRoom ? this.states.get(next.value.reading.deviceId) : undefined;
      if (state === undefined) {
        unknown = next.value;
        break;
      }
      fold.add(next.value, state);
    }
    this.finish(topicPartition, fold);
    return unknown;
  }

  /**
   * Writes what waits for the partition. Where the database has an alert in the same version or a
   * later one, it has to be heard how it is there: mostly as the readings that come again will leave it,
   * but it may be another worker's, whose state was refused.
   */
  private async writeAlerts(topicPartition: string): Promise<void> {
    const { epoch } = this.checkpoints;
    const thresholds = this.inForce;
    for (
      let missed = await this.outbox.write(topicPartition);
      missed.length > 0;
      missed = await this.outbox.write(topicPartition)
    ) {
      const stored = await this.loader.alerts(missed, thresholds).catch(unreadable('alerts'));
      this.mustBe(epoch);
      const changes = new AlertChanges();
      for (const alert of stored) {
        const state = this.states.get(alert.deviceId);
        if (!state) continue;
        hearOf(state, [...state.told.filter((told) => alertId(told) !== alertId(alert)), alert]);
        if (settleTold(state, changes)) this.states.keep(state);
      }
      this.outbox.heardOf(topicPartition);
      this.outbox.put(topicPartition, changes);
    }
  }

  private mustBe(epoch: number): void {
    if (epoch !== this.checkpoints.epoch)
      throw new BackendUnavailable('alerts', 'the device states were dropped; starting over');
  }

  private finish(topicPartition: string, { changes, evaluated, notNewer }: Fold<Arrival>): void {
    this.outbox.put(topicPartition, changes);
    this.metrics.evaluated.inc(evaluated);
    this.metrics.notNewer.inc(notNewer);
  }

  /** The stored states of the arrivals' devices, which are in memory from now on. */
  private async load(
    arrivals: readonly Arrival[],
    thresholds: Thresholds,
  ): Promise<ReadonlyMap<string, DeviceState>> {
    const { epoch } = this.checkpoints;
    const deviceIds = new Set(arrivals.map(({ reading }) => reading.deviceId));
    const states = await this.loader
      .load([...deviceIds], thresholds)
      .catch(unreadable('device states'));
    if (epoch === this.checkpoints.epoch)
      for (const state of states.values())
        if (!this.states.get(state.deviceId)) this.states.add(state);
    return states;
  }
}

/** One uninterrupted run over readings. */
class Fold<A extends Arrival> {
  readonly changes = new AlertChanges();
  evaluated = 0;
  notNewer = 0;

  constructor(
    private readonly thresholds: Thresholds,
    private readonly states: StateCache,
    private readonly failures: EvaluationFailure<A>[],
  ) {}

  add(arrival: A, state: DeviceState): void {
    try {
      if (
        !evaluate(state, arrival.reading, arrival.record.receivedAt, this.thresholds, this.changes)
      ) {
        this.notNewer++;
        return;
      }
      this.evaluated++;
    } catch (error) {
      this.failures.push({ arrival, error: error as Error });
    }
    if (!state.changed) this.states.keep(state);
  }
}
