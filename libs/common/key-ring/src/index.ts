export { Contended, type Change } from './change.js';
export { describeCredentials, revocation, type DescribedCredential } from './describe.js';
export type { Held } from './fold.js';
export {
  changeCredentials,
  isIncomplete,
  readCredentials,
  writeCredentials,
  type Ring,
} from './topic.js';
