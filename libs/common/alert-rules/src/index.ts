export {
  backTest,
  type BackTestLine,
  type BackTestRange,
  type FoundAlert,
  type Progress,
} from './back-test.js';
export { readRules } from './read-rules.js';
export { MAX_RULES, RuleConflict, RuleStore, type Author, type Stored } from './rule-store.js';
