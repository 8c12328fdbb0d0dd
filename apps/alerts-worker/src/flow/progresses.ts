import { PartitionProgress } from '@iot/alerting';
import type { ProgressStore } from '../output/progress-store.js';
import type { RulesInForce } from './rules-in-force.js';

/** The progress of the partitions of the telemetry topic that this worker has. */
export class Progresses {
  private readonly known = new Map<string, PartitionProgress>();
  /** By partition: the rules about silence that all of its devices are judged by. */
  private readonly silence = new Map<string, string>();
  private assigned = new Set<string>();
  private generation = 0;

  constructor(
    private readonly store: ProgressStore,
    private readonly rules: RulesInForce,
    private readonly topic: string,
  ) {}

  /** @param assignment partitions by topic */
  assign(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.generation++;
    this.known.clear();
    this.silence.clear();
    this.assigned = new Set(
      (assignment[this.topic] ?? []).map((partition) => `${this.topic}/${partition}`),
    );
  }

  /** Partitions whose progress is known, by number. */
  *entries(): Generator<[partition: number, progress: PartitionProgress]> {
    for (const [topicPartition, progress] of this.known)
      yield [partitionOf(topicPartition), progress];
  }

  /** Number of a partition; -1: it is none of the telemetry topic that is assigned. */
  numberOf(topicPartition: string): number {
    return this.assigned.has(topicPartition) ? partitionOf(topicPartition) : -1;
  }

  /** Progress of a partition of the telemetry topic, ms; undefined: it is not known. */
  ofPartition(partition: number): number | undefined {
    return this.known.get(`${this.topic}/${partition}`)?.ms;
  }

  /** Undefined: it is of another topic, or no rule is about silence. */
  of(topicPartition: string): PartitionProgress | undefined {
    return this.rules.current.hasSilence ? this.known.get(topicPartition) : undefined;
  }

  /** Numbers of the partitions that are assigned. */
  get partitions(): number[] {
    return [...this.assigned].map(partitionOf);
  }

  /** Reads what is not known yet. To be called before records are judged. @throws the database's error */
  async learn(): Promise<void> {
    if (!this.rules.current.hasSilence || this.known.size === this.assigned.size) return;
    const { generation } = this;
    const stored = await this.store.load([...this.assigned]);
    if (generation !== this.generation) return;
    const byId = new Map(stored.map((document) => [document._id, document]));
    for (const id of this.assigned) {
      const document = byId.get(id);
      if (!this.known.has(id))
        this.known.set(id, new PartitionProgress(document?.ms, document?.arrival));
      if (document?.silence !== undefined) this.silence.set(id, document.silence);
    }
  }

  /** Partitions whose devices have yet to be judged by these rules about silence. */
  unswept(silenceKey: string): number[] {
    return [...this.known.keys()]
      .filter((id) => this.silence.get(id) !== silenceKey)
      .map(partitionOf);
  }

  swept(partitions: readonly number[], silenceKey: string): void {
    for (const partition of partitions) {
      const id = `${this.topic}/${partition}`;
      if (this.known.has(id)) this.silence.set(id, silenceKey);
    }
  }

  /** @throws the database's error */
  async save(): Promise<void> {
    if (!this.rules.current.hasSilence) return;
    const documents = [...this.known].flatMap(([_id, { stored }]) =>
      stored ? { _id, ...stored, silence: this.silence.get(_id) ?? '' } : [],
    );
    if (documents.length > 0) await this.store.save(documents);
  }
}

const partitionOf = (topicPartition: string): number =>
  Number(topicPartition.slice(topicPartition.lastIndexOf('/') + 1));
