import type { MachineErrorDocument, MachineHoldDocument } from '@iot/mongo';
import type { Skip } from './skips.js';

/** How far a machine is in a partition. */
export interface Position {
  /** Of its last reading there that is in the state, or skipped. */
  readonly offset: number;
  /** The latest arrival of its readings so far there, epoch ms. */
  readonly arrived: number;
}

/** What a machine's program has made of its readings so far. */
export interface Machine {
  readonly id: string;
  /** JSON text. */
  state: string;
  /** Of the stored document that it came from; 0: there is none. */
  version: number;
  pattern: string;
  logicVersion: number;
  freshId: string | null;
  /** By `topic/partition`. */
  readonly positions: Map<string, Position>;
  skipped: readonly Skip[];
  /** Ids of its last readings, oldest first. */
  recent: string[];
  runs: number;
  errors: number;
  results: number;
  readonly took: number[];
  failures: readonly number[];
  held: MachineHoldDocument | null;
  lastError: MachineErrorDocument | null;
}

/** Readings of a machine whose ids are remembered: a device that sends one again is found out. */
export const RECENT = 16;
/** Powers of two of µs, up to 65 ms: more than a program may take by default. */
const TOOK_CLASSES = 17;

export const newMachine = (id: string): Machine => ({
  id,
  state: '{}',
  version: 0,
  pattern: '',
  logicVersion: 0,
  freshId: null,
  positions: new Map(),
  skipped: [],
  recent: [],
  runs: 0,
  errors: 0,
  results: 0,
  took: Array<number>(TOOK_CLASSES).fill(0),
  failures: [],
  held: null,
  lastError: null,
});

/** A machine to be changed, while the one that is stored stays as it is. */
export const copyOf = (machine: Machine): Machine => ({
  ...machine,
  positions: new Map(machine.positions),
  recent: [...machine.recent],
  took: [...machine.took],
});

/** The class of a run's time among {@link Machine.took}. */
export const classOf = (micros: number): number =>
  Math.min(TOOK_CLASSES - 1, 32 - Math.clz32(Math.max(0, Math.ceil(micros) - 1)));
