export type { Death } from './child-process.js';
export { isolation, type Isolation } from './isolation.js';
export { DEFAULT_LIMITS, type SandboxLimits } from './limits.js';
export type {
  Input,
  MachineOutcome,
  MachineRun,
  Program,
  ProgramError,
  ReadingOutcome,
} from './outcome.js';
export { Sandbox, type RestartListener } from './sandbox.js';
