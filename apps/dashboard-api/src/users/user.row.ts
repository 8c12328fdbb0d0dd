import { ROLES, type Role } from '@iot/access';
import type { UserDocument } from '@iot/mongo';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<UserDocument>();

/** A user as served. */
export class UserRow {
  @computed(({ _id }) => _id, { example: 'ada' }) name!: string;
  @field({ enum: ROLES }) role!: Role;
  @time(EARLY) created_at!: string | null;
  @time(LATER, 'Last change of role, password or block') updated_at!: string | null;
  @time(null, 'Since when the user may not log in; null: may') blocked_at!: string | null;
}
