export { faultsOf, PROGRAM_BYTES, type Fault } from './check.js';
export { asksAfter, freshIdOf, latestFresh } from './fresh.js';
export { byVersion, keyOf, LogicConflict, LogicStore, type NewLogic } from './logic-store.js';
export { faultsBeforeUse, type Engine } from './soundness.js';
export { ProgramTable, type ActiveProgram } from './program-table.js';
export { logicLimitsEnv, resultsTopic, resultsTopicEnv, sandboxLimits } from './variables.js';
export {
  givenReading,
  storedReading,
  TRIAL_READINGS,
  tryProgram,
  type TrialReading,
  type Tried,
} from './trial.js';
