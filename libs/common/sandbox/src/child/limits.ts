/** What one call of a program may use. */
export interface EngineLimits {
  /** CPU time for one reading, ms. */
  readonly cpuMs: number;
  /** Memory of one program's virtual machine, bytes. */
  readonly memoryBytes: number;
  readonly stateBytes: number;
  /** All results of one reading, bytes of JSON. */
  readonly resultBytes: number;
  /** Results of one reading. */
  readonly results: number;
  /** Lines that a program may log for one reading while it is tried. */
  readonly logLines: number;
}

/** Why a run ended before its end, at which of its readings. */
export interface Abort {
  readonly at: number;
  readonly name: 'TimeoutError' | 'MemoryError' | 'EngineError' | 'LeftWorkError';
  readonly message: string;
}
