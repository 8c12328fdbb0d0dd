import { ROLES, type Role } from '@iot/access';
import type { ServiceTokenDocument } from '@iot/mongo';
import { isoTime } from '../lists/core/edge-times.js';
import { EARLY } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<ServiceTokenDocument>();

/** A service token as served: never its secret, nor the hash of it. */
export class TokenRow {
  @computed(({ _id }) => _id, { example: 't3fK9sLq0Zx1' }) id!: string;
  @field({ example: 'Grafana' }) name!: string;
  @field({ enum: ROLES }) role!: Role;
  @time(EARLY) created_at!: string | null;
  @time(null, 'Null: until it is revoked') expires_at!: string | null;
  @computed(({ secrets }) => (secrets[1]?.expires_at ? isoTime(secrets[1].expires_at) : null), {
    type: 'string',
    format: 'date-time',
    nullable: true,
    example: null,
    description: 'End of the secret before the last rotation; null: there is none',
  } as never)
  old_secret_ends_at!: string | null;
}
