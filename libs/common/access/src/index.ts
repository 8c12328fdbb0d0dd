export { ANONYMOUS, Principal, principalOf, setPrincipal } from './principal.js';
export { Requires, ruleOf, statedRuleOf } from './requires.js';
export { isRole, mayDo, ROLES, type Role, type Rule } from './role.js';
