import {
  alertId,
  AlertChanges,
  closeGone,
  evaluate,
  hearOf,
  refresh,
  settleTold,
  type Alert,
  type DeviceState,
  type RuleSet,
} from '@iot/alerting';
import type { ConsumedRecord } from '@iot/kafka';
import { BackendUnavailable } from '@iot/resilience';
import type { Reading } from '@iot/telemetry';
import type { AlertsMetrics } from '../metrics.js';
import type { AlertOutbox } from '../output/alert-outbox.js';
import type { Checkpoints } from './checkpoints.js';
import { listenAnew, type PartitionTime, type Progresses } from './progresses.js';
import type { RulesInForce } from './rules-in-force.js';
import type { StateCache } from './state-cache.js';
import { alertsFrom, type StateLoader } from './state-loader.js';

/** A reading to evaluate, and the record that brought it. */
export interface Arrival {
  readonly reading: Reading;
  readonly record: Pick<ConsumedRecord, 'receivedAt' | 'at'>;
}

/** A reading that could not be evaluated. */
export interface EvaluationFailure<A extends Arrival> {
  readonly arrival: A;
  readonly error: Error;
}

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
    private readonly rules: RulesInForce,
    private readonly progresses: Progresses,
    private readonly states: StateCache,
    private readonly outbox: AlertOutbox,
    private readonly checkpoints: Checkpoints,
    private readonly metrics: Pick<AlertsMetrics, 'evaluated' | 'notNewer'>,
  ) {}

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
    if (!this.rules.areKnown) throw new BackendUnavailable('alert rules', 'they are not read yet');
    const { epoch } = this.checkpoints;
    // Once for the whole batch, whatever is put in force while it waits for the database.
    const set = this.rules.current;
    const failures: EvaluationFailure<A>[] = [];
    await this.writeAlerts(topicPartition);
    if (set.hasSilence) await this.progresses.learn().catch(unreadable('progress of partitions'));
    this.mustBe(epoch);
    const fold = (): Fold<A> => this.fold(topicPartition, set, failures);
    const unknown = this.evaluateKnown(topicPartition, arrivals, fold());
    await this.writeAlerts(topicPartition);
    if (unknown === undefined) return failures;
    // From the first device on whose state is not in memory, the readings wait for the states of
    // all of them: their order counts.
    const rest = [unknown];
    for (let next = arrivals.next(); !next.done; next = arrivals.next()) rest.push(next.value);
    const states = rest.map(({ reading }) => this.states.get(reading.deviceId));
    const loaded = await this.load(
      rest.filter((_, i) => states[i] === undefined),
      set,
    );
    await this.checkpoints.room();
    this.mustBe(epoch);
    // What is in memory now comes first: while this batch waited, others may have changed a state,
    // or it may have been evicted.
    rest.forEach(
      ({ reading: { deviceId } }, i) =>
        (states[i] = this.states.get(deviceId) ?? states[i] ?? loaded.get(deviceId)),
    );
    const folded = fold();
    for (let i = 0; i < rest.length; i++) folded.add(rest[i]!, states[i]!);
    this.finish(topicPartition, folded);
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
    fold: Fold<A>,
  ): A | undefined {
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
    for (
      let missed = await this.outbox.write(topicPartition);
      missed.length > 0;
      missed = await this.outbox.write(topicPartition)
    ) {
      const stored = await this.loader.alerts(missed).catch(unreadable('alerts'));
      this.mustBe(epoch);
      const changes = new AlertChanges();
      for (const document of stored) {
        const state = this.states.get(document.device_id);
        if (!state) continue;
        const [alert] = alertsFrom([document], state) as [Alert];
        hearOf(state, [...state.told.filter((told) => alertId(told) !== alertId(alert)), alert]);
        const closed = closeGone(state, Date.now(), changes);
        if (settleTold(state, changes) || closed) this.states.keep(state);
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

  private fold<A extends Arrival>(
    topicPartition: string,
    set: RuleSet,
    failures: EvaluationFailure<A>[],
  ): Fold<A> {
    const time = set.hasSilence ? this.progresses.of(topicPartition) : undefined;
    const partition = this.progresses.numberOf(topicPartition);
    return new Fold<A>(set, time, this.progresses, partition, this.states, failures);
  }

  /** The stored states of the arrivals' devices, which are in memory from now on. */
  private async load(
    arrivals: readonly Arrival[],
    set: RuleSet,
  ): Promise<ReadonlyMap<string, DeviceState>> {
    const { epoch } = this.checkpoints;
    const deviceIds = new Set(arrivals.map(({ reading }) => reading.deviceId));
    const states = await this.loader.load([...deviceIds], set).catch(unreadable('device states'));
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
  private readonly now = performance.now();

  constructor(
    private readonly set: RuleSet,
    /** Undefined: nothing of it is said about silence. */
    private readonly time: PartitionTime | undefined,
    private readonly progresses: Progresses,
    /** Of the telemetry topic; -1: it is of another. */
    private readonly partition: number,
    private readonly states: StateCache,
    private readonly failures: EvaluationFailure<A>[],
  ) {}

  add(arrival: A, state: DeviceState): void {
    const { receivedAt } = arrival.record;
    const progress = this.time ? this.pass(this.time, arrival) : NaN;
    try {
      let other = state.rules.set !== this.set && this.refresh(state, progress);
      if (state.partition !== this.partition && this.partition >= 0)
        state.partition = this.partition;
      if (this.time && state.line !== this.time.line) {
        listenAnew(state, this.time);
        other = true;
      }
      if (!evaluate(state, arrival.reading, receivedAt, progress, this.changes)) {
        this.notNewer++;
        if (!other) return;
      } else this.evaluated++;
    } catch (error) {
      this.failures.push({ arrival, error: error as Error });
    }
    if (!state.changed) this.states.keep(state);
  }

  private refresh(state: DeviceState, progress: number): boolean {
    return refresh(state, this.set, Date.now(), progress, this.changes);
  }

  /** NaN: it was passed before, and its batch comes again; the state knows of it. */
  private pass(time: PartitionTime, { record: { at, receivedAt } }: A): number {
    const offset = Number(at.offset);
    if (offset < time.seenTo) return NaN;
    if (time.storedTo !== undefined) this.progresses.reached(time, offset);
    time.seenTo = offset + 1;
    return time.progress.record(receivedAt, this.now);
  }
}
