import { LRUCache } from 'lru-cache';
import type { DeviceState } from '@iot/alerting';

/** The changed states that a checkpoint stores. */
export type Snapshot = ReadonlyMap<string, DeviceState>;

/**
 * Device states in memory. One that differs from what is stored is never evicted; the others give
 * way to newer ones. A state is in one of three places: changed since the last snapshot, in the
 * snapshot that is being stored, or unchanged.
 */
export class StateCache {
  private changed = new Map<string, DeviceState>();
  private storing: Snapshot = new Map();
  private readonly unchanged: LRUCache<string, DeviceState>;
  private readonly maxChanged: number;

  /**
   * @param devices bound of all together: one half for changed states, the other for unchanged ones
   */
  constructor(devices: number) {
    this.maxChanged = Math.max(1, devices >> 1);
    this.unchanged = new LRUCache({ max: Math.max(1, devices - this.maxChanged) });
  }

  get size(): number {
    return this.changed.size + this.unchanged.size;
  }

  get hasChanged(): boolean {
    return this.changed.size > 0;
  }

  /** Whether the changed states must be stored before there may be more of them. */
  get isFull(): boolean {
    return this.changed.size >= this.maxChanged;
  }

  get(deviceId: string): DeviceState | undefined {
    return this.changed.get(deviceId) ?? this.storing.get(deviceId) ?? this.unchanged.get(deviceId);
  }

  /** To be called when a state that was unchanged has been changed. */
  keep(state: DeviceState): void {
    state.changed = true;
    this.changed.set(state.deviceId, state);
    this.unchanged.delete(state.deviceId);
  }

  /** Adds a state that is as stored. */
  add(state: DeviceState): void {
    this.unchanged.set(state.deviceId, state);
  }

  /**
   * What is changed now. Until {@link stored} or {@link notStored} there must be no other snapshot.
   */
  snapshot(): Snapshot {
    this.storing = this.changed;
    this.changed = new Map();
    for (const state of this.storing.values()) state.changed = false;
    return this.storing;
  }

  /** The snapshot is stored, each state under its next version. */
  stored(): void {
    const { storing } = this;
    this.storing = new Map();
    for (const state of storing.values()) {
      state.version++;
      if (!state.changed) this.unchanged.set(state.deviceId, state);
    }
  }

  /** The snapshot is not stored, or nobody knows: its states are changed ones again. */
  notStored(): void {
    const { storing } = this;
    this.storing = new Map();
    for (const state of storing.values()) if (!state.changed) this.keep(state);
  }

  clear(): void {
    this.changed.clear();
    this.storing = new Map();
    this.unchanged.clear();
  }
}
