import { randomBytes } from 'node:crypto';
import { base62, secretForm } from '@iot/credentials';

/** Service tokens look like device keys: `iots_<id>_<secret><checksum>`. */
export const TOKEN_FORM = secretForm('iots_', 't');

export const newTokenId = (): string => `t${base62(randomBytes(16)).slice(-11)}`;
