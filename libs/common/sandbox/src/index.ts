export type { Death } from './child-process.js';
export { isolation, type Isolation } from './isolation.js';
export { DEFAULT_LIMITS, type SandboxLimits } from './limits.js';
export {
  SANDBOX_ERRORS,
  type Input,
  type MachineOutcome,
  type MachineRun,
  type Program,
  type ProgramError,
  type ReadingOutcome,
} from './outcome.js';
export { Sandbox, type RestartListener } from './sandbox.js';
