import type { NotificationDocument, NotificationStatus, ReceiverKind } from '@iot/mongo';
import { EARLY, LATER } from '../lists/examples.js';
import { fieldsOf } from '../lists/row.js';

const { computed, field, time } = fieldsOf<NotificationDocument>();

/** A notification as served in lists. */
export class NotificationRow {
  @computed(({ _id }) => _id, { example: 'ntf_5f2b1c9d8e7a6b5c4d3e2f10_3' }) id!: string;
  @field({ example: 'pager' }) receiver!: string;
  @field({ type: String, nullable: true, enum: ['webhook', 'email', null] })
  kind!: ReceiverKind | null;
  @field({ type: String, nullable: true, example: 'presses-to-pager', description: 'Null: a test' })
  route!: string | null;
  @field({ enum: ['change', 'repeat', 'test'] }) reason!: 'change' | 'repeat' | 'test';
  @computed(({ alerts }) => alerts.length, {
    type: 'integer',
    example: 2,
    description: 'How many alerts it tells of',
  })
  alerts!: number;
  @field({
    enum: ['pending', 'delivered', 'dead'],
    description: 'dead: given up; it can be sent again',
  })
  status!: NotificationStatus;
  @field({ type: 'integer', example: 1 }) attempts!: number;
  @field({ type: 'integer', example: 0, description: 'Times that somebody sent it again' })
  resent!: number;
  @field({
    type: String,
    nullable: true,
    example: 'status_503',
    description: 'Why the last attempt failed, or what it left over',
  })
  last_error!: string | null;
  @time(LATER, 'When it is tried; of the past once it is delivered or dead')
  next_attempt_at!: string | null;
  @time(EARLY) created_at!: string | null;
  @time(null) finished_at!: string | null;
}
