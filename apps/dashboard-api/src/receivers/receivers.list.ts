import type { ReceiverDocument } from '@iot/mongo';
import { PickType } from '@nestjs/swagger';
import { within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { Parameters } from '../lists/parameters.js';
import { ReceiverRow } from './receiver.row.js';

/** Query of `/receivers`; the times are when a receiver was made. */
export class ReceiversQuery extends PickType(Parameters, [
  'limit',
  'cursor',
  'from',
  'to',
] as const) {}

export const RECEIVERS = listOf<ReceiverDocument, ReceiverRow, ReceiversQuery>({
  name: 'receivers',
  collection: ({ receivers }) => receivers,
  stored: 'receivers',
  orderBy: 'created_at',
  filter: (selection) => within('created_at', selection),
  row: ReceiverRow,
});
