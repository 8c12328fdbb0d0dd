export { MAX_RULES, RuleConflict, RuleStore, type Author, type Stored } from './rule-store.js';
