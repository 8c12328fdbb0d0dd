/** What programs may use. */
export interface SandboxLimits {
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
  /** How long a child may say nothing before it is killed, ms. */
  readonly watchdogMs: number;
  /** Virtual machines that a child keeps, bytes of all. */
  readonly cacheBytes: number;
  /** The child's own heap, MB. */
  readonly heapMb: number;
}

export const DEFAULT_LIMITS: SandboxLimits = {
  cpuMs: 50,
  memoryBytes: 16 << 20,
  stateBytes: 64 << 10,
  resultBytes: 64 << 10,
  results: 100,
  logLines: 100,
  watchdogMs: 700,
  cacheBytes: 256 << 20,
  heapMb: 128,
};
