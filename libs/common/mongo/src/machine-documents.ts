/** A document of `machine_logic`: one version of a program. It never changes. */
export interface LogicVersionDocument {
  /** `pattern/version`. */
  _id: string;
  kind: 'version';
  /** A device id, the beginning of device ids and a `*`, or `*`. */
  pattern: string;
  /** From 1, without gaps. */
  version: number;
  logic: string;
  sha256: string;
  created_at: Date;
  created_by: string;
  note: string | null;
}

/** A document of `machine_logic`: which version is the active one of a pattern. */
export interface LogicHeadDocument {
  /** The pattern. */
  _id: string;
  kind: 'head';
  /** Null: the logic was deleted. Its versions stay. */
  version: number | null;
  /** Counts the changes; written under compare-and-set on it. */
  revision: number;
  /** The last change that asked for new states: its number among all, and the pattern. */
  fresh_id: string | null;
  updated_at: Date;
  updated_by: string;
}

/** The document of `machine_logic` that says whether any program has changed. */
export interface LogicRevisionDocument {
  _id: string;
  kind: 'revision';
  revision: number;
}

/** The last failure of a machine's program. */
export interface MachineErrorDocument {
  name: string;
  message: string;
  stack: string;
  event_id: string;
  /** `topic/partition/offset` of the reading. */
  source: string;
  at: Date;
  pattern: string;
  version: number;
}

/**
 * A document of `machine_states`: what a machine's program has made of its readings so far, under
 * compare-and-set on `version`.
 */
export interface MachineStateDocument {
  /** The device id. */
  _id: string;
  /** The state, JSON text. */
  state: string;
  version: number;
  /** The program that ran last. */
  pattern: string;
  logic_version: number;
  /** The last change of any program that asked for new states, as far as it has heard of them. */
  fresh_id: string | null;
  /**
   * By `topic/partition`: up to where its readings are in the state, or skipped, and when the last
   * of them arrived, epoch ms.
   */
  positions: { at: string; offset: number; arrived: number }[];
  /** Its readings among these offsets are not in the state: they failed, or were held. */
  skipped: { at: string; from: number; to: number }[];
  /** Ids of its last readings, oldest first. */
  recent: string[];
  runs: number;
  errors: number;
  results: number;
  /** How many runs took up to 2^i µs, from i = 0; those of the last class took longer. */
  took: number[];
  /** Times of its failures within the window, epoch ms. */
  failures: number[];
  held: MachineHoldDocument | null;
  last_error: MachineErrorDocument | null;
  updated_at: Date;
}

/** Since when a program is not run for a machine, and until when. */
export interface MachineHoldDocument {
  since: Date;
  until: Date;
  /** How many times in a row. */
  times: number;
  pattern: string;
  version: number;
}
