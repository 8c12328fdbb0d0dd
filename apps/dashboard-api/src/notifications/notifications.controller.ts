import { Requires } from '@iot/access';
import { Mongo, type NotificationDocument } from '@iot/mongo';
import { ProblemError } from '@iot/service';
import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { ApiProblems } from '../lists/api-problems.js';
import { GetList } from '../lists/get-list.js';
import { formOf } from '../lists/row.js';
import { NotificationRow } from './notification.row.js';
import { NOTIFICATIONS, NotificationsQuery } from './notifications.list.js';

/** A notification with what it tells. */
class WholeNotification extends NotificationRow {
  @ApiProperty({
    type: 'array',
    items: { type: 'object', additionalProperties: true },
    description: 'What it tells: each alert, and whether it is new, still active or resolved',
  })
  told!: NotificationDocument['alerts'];
  @ApiProperty({ type: 'integer', description: 'Active alerts of its group that it leaves out' })
  more!: number;
}

const { fromDocument } = formOf<NotificationDocument, NotificationRow>(NotificationRow);

/** What was told, and what became of it. */
@ApiTags('notifications')
@Requires('operator')
@Controller('notifications')
export class NotificationsController {
  constructor(private readonly mongo: Mongo) {}

  @GetList('', NOTIFICATIONS, {
    summary: 'Notifications, the last made first',
    index: 'notifications and what became of them; try ?status=dead',
  })
  all(@Query() query: NotificationsQuery) {
    return query;
  }

  @Get(':id')
  @Requires('viewer')
  @ApiOperation({ summary: 'One notification, with what it tells' })
  @ApiOkResponse({ type: WholeNotification })
  @ApiProblems(404, 503)
  async one(@Param('id') id: string): Promise<WholeNotification> {
    const found = await this.find(id);
    return { ...fromDocument(found), told: found.alerts, more: found.more };
  }

  @Post(':id/resend')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Send a notification again',
    description:
      'It goes out with the id and the text that it had, so a receiver that has it can drop it. One that is pending is tried now.',
  })
  @ApiAcceptedResponse({ type: NotificationRow })
  @ApiProblems(404, 409, 503)
  async resend(@Param('id') id: string): Promise<NotificationRow> {
    const found = await this.find(id);
    const now = new Date();
    const fields = {
      status: 'pending' as const,
      attempts: 0,
      resent: found.resent + 1,
      next_attempt_at: now,
      round_at: now,
      last_error: null,
      finished_at: null,
    };
    const { version } = found;
    const { matchedCount } = await this.mongo.notifications.updateOne(
      { _id: id, version },
      { $set: { ...fields, version: version + 1 } },
    );
    if (matchedCount === 0)
      throw new ProblemError(409, 'It is being delivered at the moment; look again.');
    return fromDocument({ ...found, ...fields });
  }

  private async find(id: string): Promise<NotificationDocument> {
    const found = await this.mongo.notifications.findOne({ _id: id });
    if (!found) throw new ProblemError(404, 'There is no such notification.');
    return found;
  }
}
