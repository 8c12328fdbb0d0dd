import { Principal, Requires } from '@iot/access';
import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptable } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';
import { Live } from './live.service.js';
import { LIVE_MODELS } from './live.model.js';
import { LiveQuery } from './live.query.js';
import { LiveRights } from './live-rights.js';
import { openStream, STREAM_TYPE } from './stream.js';
import { Viewers } from './viewers.js';

/** What happens, as it happens. */
@Requires('viewer')
@ApiTags('overview')
@Controller('live')
export class LiveController {
  constructor(
    private readonly live: Live,
    private readonly rights: LiveRights,
    private readonly viewers: Viewers,
    @Inject(DASHBOARD_METRICS) private readonly metrics: DashboardMetrics,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'What happens, as it happens (Server-Sent Events)',
    description:
      'Begins with the event `snapshot` (LiveSnapshot), or after a reconnect with what was missed since `Last-Event-ID` where that is known. Then `overview` ' +
      '(LiveOverview) each second, `alerts` (LiveAlerts) when some changed, `device` (DeviceRow) when the device changed that `device_id` names, and `beat` (LiveBeat) ' +
      'while nothing new can be found out. A stream ends after ten minutes, and when its reader does not keep up: connect again. ' +
      'It ends too within two seconds of the session or the service token it was asked for with.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'The id of the event seen last',
  })
  @ApiExtraModels(...LIVE_MODELS)
  @ApiResponse({
    status: 200,
    description: 'A stream of events',
    content: { [STREAM_TYPE]: { schema: { type: 'string' } } },
  })
  @ApiProblems(400, 406, 503)
  async watch(
    @Query() { device_id }: LiveQuery,
    @Headers('last-event-id') lastId: string | undefined,
    @Principal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    acceptable(request, [STREAM_TYPE]);
    const leave = this.viewers.admit(reply);
    try {
      const stream = openStream(reply, device_id, () => this.metrics.viewersDropped.inc());
      const forgetStream = await this.live.join(stream.viewer, lastId, stream.end);
      const forgetRights = this.rights.watch(principal, stream.end);
      stream.onClose(() => {
        forgetRights();
        forgetStream();
        leave();
      });
    } catch (error) {
      leave();
      throw error;
    }
  }
}
