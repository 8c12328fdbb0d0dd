export { isIncomplete, readCredentials, writeCredentials, type Held, type Ring } from './topic.js';
export { describeCredentials, revocation, type DescribedCredential } from './describe.js';
