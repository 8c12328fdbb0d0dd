import type { ServiceTokenDocument } from '@iot/mongo';
import { PickType } from '@nestjs/swagger';
import { listOf } from '../lists/list.js';
import { Parameters } from '../lists/parameters.js';
import { TokenRow } from './token.row.js';

/** Query of `/tokens`. */
export class TokensQuery extends PickType(Parameters, ['limit', 'cursor'] as const) {}

export const TOKENS = listOf<ServiceTokenDocument, TokenRow, TokensQuery>({
  name: 'tokens',
  collection: ({ serviceTokens }) => serviceTokens,
  stored: 'service_tokens',
  orderBy: 'created_at',
  filter: () => ({}),
  row: TokenRow,
});
