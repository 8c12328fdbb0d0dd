/** A program's text, by a key that no other text has. */
export interface Program {
  readonly key: string;
  readonly text: string;
}

/** One reading on its way to a program. */
export interface Input {
  /** JSON text with the reading's `device_id` and `event_id`, which chance comes from. */
  readonly data: string;
  /** Epoch ms: the time in the program. */
  readonly receivedAt: number;
}

/** One machine's readings in their order, with the state before them. */
export interface MachineRun {
  /** JSON text. */
  readonly state: string;
  readonly version: number;
  readonly readings: readonly Input[];
}

/** What the sandbox itself says went wrong; a program's own errors never have these names. */
export const SANDBOX_ERRORS = [
  'TimeoutError',
  'MemoryError',
  'StuckError',
  'EngineError',
  'LeftWorkError',
] as const;

/** What went wrong in a program. */
export interface ProgramError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What became of one reading. */
export interface ReadingOutcome {
  /** JSON texts; undefined where it failed. */
  readonly results: readonly string[] | undefined;
  readonly error: ProgramError | undefined;
  /** How long it took, µs; undefined where it took the whole run with it. */
  readonly micros?: number | undefined;
  /** While it is traced: the state after it, and what the program logged. */
  readonly state?: string;
  readonly logs?: readonly string[];
}

/** What became of a machine: of its readings up to the first that failed. */
export interface MachineOutcome {
  readonly readings: readonly ReadingOutcome[];
  /** JSON text after the last reading that did not fail. */
  readonly state: string;
}
