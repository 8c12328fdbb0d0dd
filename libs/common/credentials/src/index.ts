export { Authenticator, UNAUTHORIZED, type Grant, type Unauthorized } from './authenticator.js';
export { base62 } from './base62.js';
export { Credentials, type Applied, type Group } from './credentials.js';
export {
  keyText,
  newCredentialId,
  newSecret,
  parseKey,
  type CredentialKind,
  type DeviceKey,
} from './device-key.js';
export { secretForm, type KeyFault } from './secret-form.js';
export { deviceSecret, seal, unseal } from './group-secret.js';
export { sealBytes, unsealBytes } from './sealed.js';
export {
  decodeCredential,
  encodeCredential,
  type BlockRecord,
  type CredentialOf,
  type CredentialRecord,
  type GroupRecord,
  type HashedSecret,
  type KeyRecord,
  type RevokedRecord,
  revocationKey,
  revokedIdOf,
} from './record.js';
export { isScope, SCOPE_RULE, scopeHolds } from './scope.js';
export {
  keysOfDevices,
  newGroup,
  newKey,
  rotatedGroup,
  rotatedKey,
  type Issued,
  type Wanted,
} from './issue.js';
export { CREDENTIALS_GROUPS, credentialsEnv, credentialsTopic } from './variables.js';
