import { LRUCache } from 'lru-cache';
import { EncodedBatch, PROTOCOL_READ, writeFields, type Mongo } from '@iot/mongo';
import { newMachine, type Machine } from '../core/machine.js';
import { documentOf, machineOf } from '../core/state-document.js';

/** Where machines are kept. */
export interface MachineStore {
  /** Each machine, also those that are not stored yet. @throws the database's error */
  load(ids: readonly string[]): Promise<ReadonlyMap<string, Machine>>;
  /**
   * Writes each machine where the stored one is of its version. @returns ids of those that somebody
   * else has written
   * @throws the database's error: what was written is not known
   */
  save(machines: readonly Machine[]): Promise<ReadonlySet<string>>;
  /** What is held of them in memory may not be so any more. */
  forget(ids: Iterable<string>): void;
}

const DOCUMENTS_PER_REQUEST = 1000;
/** What a machine takes beside its state. */
const MACHINE_BYTES = 2000;

/** {@link MachineStore} on MongoDB. Machines that were written by this worker are held in memory. */
export class MongoMachineStore implements MachineStore {
  private readonly cache: LRUCache<string, Machine>;

  /** @param cacheBytes what is held in memory at most, about */
  constructor(
    private readonly states: Mongo['machineStates'],
    cacheBytes: number,
    private readonly now: () => number = Date.now,
  ) {
    this.cache = new LRUCache({
      maxSize: cacheBytes,
      sizeCalculation: ({ state }) => MACHINE_BYTES + state.length,
    });
  }

  /** Machines that are held in memory. */
  get size(): number {
    return this.cache.size;
  }

  async load(ids: readonly string[]): Promise<ReadonlyMap<string, Machine>> {
    const found = new Map<string, Machine>();
    const missing: string[] = [];
    for (const id of ids) {
      const machine = this.cache.get(id);
      if (machine) found.set(id, machine);
      else missing.push(id);
    }
    for (let i = 0; i < missing.length; i += DOCUMENTS_PER_REQUEST) {
      const some = missing.slice(i, i + DOCUMENTS_PER_REQUEST);
      const stored = await this.states.find({ _id: { $in: some } }, PROTOCOL_READ).toArray();
      for (const document of stored) found.set(document._id, machineOf(document));
    }
    for (const id of missing) {
      const machine = found.get(id) ?? newMachine(id);
      found.set(id, machine);
      this.cache.set(id, machine);
    }
    return found;
  }

  async save(machines: readonly Machine[]): Promise<ReadonlySet<string>> {
    const conflicts = new Set<string>();
    const now = this.now();
    for (let i = 0; i < machines.length; i += DOCUMENTS_PER_REQUEST) {
      const some = machines.slice(i, i + DOCUMENTS_PER_REQUEST);
      for (const id of await this.write(some, now)) conflicts.add(id);
    }
    for (const machine of machines)
      if (conflicts.has(machine.id)) this.cache.delete(machine.id);
      else this.cache.set(machine.id, { ...machine, version: machine.version + 1 });
    return conflicts;
  }

  forget(ids: Iterable<string>): void {
    for (const id of ids) this.cache.delete(id);
  }

  /** The partitions are assigned anew: others may have written any of them. */
  forgetAll(): void {
    this.cache.clear();
  }

  /** Written as bytes directly: by the driver's bulk it costs several times as much. */
  private async write(machines: readonly Machine[], now: number): Promise<string[]> {
    const statements = new EncodedBatch(machines.length);
    for (const machine of machines) {
      const { _id, ...set } = documentOf(machine, now);
      statements.compareAndSet(_id, machine.version, (writer) => writeFields(writer, set));
    }
    const lost = await statements.updateIn(this.states, (index) => {
      const { id, version: seen } = machines[index]!;
      return { id, seen };
    });
    return lost.map((index) => machines[index]!.id);
  }
}
