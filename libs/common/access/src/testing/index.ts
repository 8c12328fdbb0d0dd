export { documentedRules, endpointsOf } from './documented-rules.js';
