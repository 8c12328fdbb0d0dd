import type { UserDocument } from '@iot/mongo';
import { PickType } from '@nestjs/swagger';
import { listOf } from '../lists/list.js';
import { Parameters } from '../lists/parameters.js';
import { UserRow } from './user.row.js';

/** Query of `/users`. */
export class UsersQuery extends PickType(Parameters, ['limit', 'cursor'] as const) {}

export const USERS = listOf<UserDocument, UserRow, UsersQuery>({
  name: 'users',
  collection: ({ users }) => users,
  stored: 'users',
  orderBy: 'created_at',
  filter: () => ({}),
  row: UserRow,
});
