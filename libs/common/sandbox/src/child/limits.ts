/** What one call of a program may use. */
export interface EngineLimits {
  /** CPU time for one reading, ms. */
  readonly cpuMs: number;
  /** Bytes that one virtual machine may take. */
  readonly memoryBytes: number;
  readonly stateBytes: number;
  /** Bytes of all results of one reading. */
  readonly resultBytes: number;
  readonly results: number;
  readonly logLines: number;
}

/** Why a run ended before its end, at which of its readings. */
export interface Abort {
  readonly at: number;
  readonly name: 'TimeoutError' | 'MemoryError' | 'EngineError' | 'LeftWorkError';
  readonly message: string;
}
