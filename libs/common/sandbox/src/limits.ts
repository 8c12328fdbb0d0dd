import type { EngineLimits } from './child/limits.js';

/** What programs may use, and the process that runs them. */
export interface SandboxLimits extends EngineLimits {
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
