export { isIncomplete, readCredentials, writeCredentials, type Held, type Ring } from './topic.js';
export { blockedOf, describeCredential, type DescribedCredential } from './describe.js';
