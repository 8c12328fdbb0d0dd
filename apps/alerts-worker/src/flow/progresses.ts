import { PartitionProgress, type DeviceState } from '@iot/alerting';
import type { ProgressStore } from '../output/progress-store.js';
import type { RulesInForce } from './rules-in-force.js';

/** A partition of the telemetry topic, and how far its time has come. */
export interface PartitionTime {
  readonly partition: number;
  readonly progress: PartitionProgress;
  /**
   * Names the count that `progress` goes on with. What states say of another one cannot be compared
   * with it.
   */
  line: number;
  /** Offset up to which records have passed here. */
  seenTo: number;
  /** Offset up to which `progress` is stored; undefined: it was compared with where we are. */
  storedTo: number | undefined;
  /** Whether `line` has begun here and is not stored yet. */
  isNew: boolean;
  /** The rules about silence that all of its devices are judged by; empty: none yet. */
  silence: string;
}

/** Everything of the partition before `next` is handled. */
interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly next: string;
}

const NOTHING_SEEN = { ms: 0, arrival: -Infinity, next: 0, silence: '' };

/** The progress of the partitions of the telemetry topic that this worker has. */
export class Progresses {
  private readonly known = new Map<string, PartitionTime>();
  private assigned = new Set<string>();
  private generation = 0;

  constructor(
    private readonly store: ProgressStore,
    private readonly rules: RulesInForce,
    private readonly topic: string,
    private readonly newLine = () => Math.floor(Math.random() * 2 ** 31),
  ) {}

  /** @param assignment partitions by topic */
  assign(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.forget();
    this.assigned = new Set((assignment[this.topic] ?? []).map((partition) => this.id(partition)));
  }

  /** What is stored counts: consumption starts again where it is committed. */
  forget(): void {
    this.generation++;
    this.known.clear();
  }

  /** Partitions whose progress is known. */
  all(): Iterable<PartitionTime> {
    return this.known.values();
  }

  /** Undefined: it is of another topic, or no rule is about silence. */
  of(topicPartition: string): PartitionTime | undefined {
    return this.rules.current.hasSilence ? this.known.get(topicPartition) : undefined;
  }

  /** Undefined: it is not known. */
  ofPartition(partition: number): PartitionTime | undefined {
    return this.known.get(this.id(partition));
  }

  /** Number of a partition; -1: it is none of the telemetry topic that is assigned. */
  numberOf(topicPartition: string): number {
    return this.assigned.has(topicPartition) ? partitionOf(topicPartition) : -1;
  }

  /** Numbers of the partitions that are assigned. */
  get partitions(): number[] {
    return [...this.assigned].map(partitionOf);
  }

  /**
   * To be called with the first record of a batch. A progress that was stored by somebody who was
   * further than what is committed says nothing of what comes again: another count begins.
   */
  reached(time: PartitionTime, offset: number): void {
    if (time.storedTo !== undefined && time.storedTo > offset) {
      time.line = this.newLine();
      time.isNew = true;
    }
    time.storedTo = undefined;
  }

  /**
   * Reads what is not known yet. To be called before records are judged.
   * @throws the database's error
   */
  async learn(): Promise<void> {
    if (!this.rules.current.hasSilence || this.known.size === this.assigned.size) return;
    const { generation } = this;
    const stored = await this.store.load([...this.assigned]);
    if (generation !== this.generation) return;
    // At once: who replays what comes next must go on with the same count.
    const begun = [...this.assigned]
      .filter((id) => !this.known.has(id) && !stored.some(({ _id }) => _id === id))
      .map((_id) => ({ _id, ...NOTHING_SEEN, line: this.newLine() }));
    if (begun.length > 0) {
      await this.store.save(begun.map((document) => ({ document, isNew: true })));
      if (generation !== this.generation) return;
      stored.push(...begun);
    }
    const byId = new Map(stored.map((document) => [document._id, document]));
    for (const id of this.assigned) {
      if (this.known.has(id)) continue;
      const { ms, arrival, line, next, silence } = byId.get(id)!;
      this.known.set(id, {
        partition: partitionOf(id),
        progress: new PartitionProgress(ms, arrival),
        line,
        seenTo: 0,
        storedTo: next,
        isNew: false,
        silence,
      });
    }
  }

  /**
   * Stores how far time had come at these positions. To be called when the states are stored and
   * before the positions are committed.
   * @throws the database's error
   */
  async save(positions: readonly Position[]): Promise<void> {
    if (!this.rules.current.hasSilence) return;
    const times = positions.flatMap(({ topic, partition, next }) => {
      const id = `${topic}/${partition}`;
      const time = this.known.get(id);
      const stored = time?.progress.stored;
      return time && stored ? [{ id, time, stored, next: Number(next) }] : [];
    });
    if (times.length === 0) return;
    await this.store.save(
      times.map(({ id, time: { line, silence, isNew }, stored, next }) => ({
        document: { _id: id, ...stored, next, line, silence },
        isNew,
      })),
    );
    for (const { time } of times) time.isNew = false;
  }

  private id(partition: number): string {
    return `${this.topic}/${partition}`;
  }
}

/**
 * Has the silence of a device count from now on, as what it was heard at is of another count: it has
 * moved to another partition, or its count could not go on.
 */
export function listenAnew(state: DeviceState, { line, progress: { ms } }: PartitionTime): void {
  state.line = line;
  for (let clock = 0; clock < state.heard.length; clock++)
    if (state.heard[clock] !== -Infinity) state.heard[clock] = ms;
}

const partitionOf = (topicPartition: string): number =>
  Number(topicPartition.slice(topicPartition.lastIndexOf('/') + 1));
