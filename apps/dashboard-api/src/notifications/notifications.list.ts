import type { NotificationDocument } from '@iot/mongo';
import { isName, NAME_RULE } from '@iot/notification';
import { ApiPropertyOptional, IntersectionType, PickType } from '@nestjs/swagger';
import { IsIn, IsOptional, Validate, ValidatorConstraint } from 'class-validator';
import { equal, within } from '../lists/core/conditions.js';
import { listOf } from '../lists/list.js';
import { Parameters } from '../lists/parameters.js';
import { NotificationRow } from './notification.row.js';

@ValidatorConstraint()
class IsNameOf {
  validate(value: unknown): boolean {
    return typeof value === 'string' && isName(value);
  }
  defaultMessage({ property = '' } = {}): string {
    return `${property} must be ${NAME_RULE}`;
  }
}

const STATUSES = ['pending', 'delivered', 'dead'] as const;
const REASONS = ['change', 'repeat', 'test'] as const;

class NotificationFilters {
  @ApiPropertyOptional({ description: 'Only to this receiver.', example: 'pager' })
  @IsOptional()
  @Validate(IsNameOf)
  receiver?: string | undefined;

  @ApiPropertyOptional({ description: 'Only by this route.', example: 'presses-to-pager' })
  @IsOptional()
  @Validate(IsNameOf)
  route?: string | undefined;

  @ApiPropertyOptional({ enum: STATUSES, description: 'Only notifications in this state.' })
  @IsOptional()
  @IsIn(STATUSES, { message: `status must be one of ${STATUSES.join(', ')}` })
  status?: (typeof STATUSES)[number] | undefined;

  @ApiPropertyOptional({ enum: REASONS, description: 'Only of this reason.' })
  @IsOptional()
  @IsIn(REASONS, { message: `reason must be one of ${REASONS.join(', ')}` })
  reason?: (typeof REASONS)[number] | undefined;
}

/** Query of `/notifications`; the times are when a notification was made. */
export class NotificationsQuery extends IntersectionType(
  PickType(Parameters, ['limit', 'cursor', 'from', 'to'] as const),
  NotificationFilters,
) {}

export const NOTIFICATIONS = listOf<NotificationDocument, NotificationRow, NotificationsQuery>({
  name: 'notifications',
  collection: ({ notifications }) => notifications,
  stored: 'notifications',
  orderBy: 'created_at',
  filter: (selection) => {
    const { receiver, route, status, reason } = selection.filters;
    return { ...equal({ receiver, route, status, reason }), ...within('created_at', selection) };
  },
  row: NotificationRow,
});
