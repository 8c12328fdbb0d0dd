export { Contended, type Change } from './change.js';
export { describeCredentials, revocation, type DescribedCredential } from './describe.js';
export { findCredential, findRevocable, NoSuchCredential } from './find.js';
export type { Held } from './fold.js';
export {
  changeCredentials,
  isIncomplete,
  readCredentials,
  writeCredentials,
  type Ring,
} from './topic.js';
