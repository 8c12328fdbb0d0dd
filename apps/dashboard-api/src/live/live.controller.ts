import { Principal, Requires } from '@iot/access';
import { Controller, Get, Headers, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { acceptable } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';
import { Live } from './live.service.js';
import { LIVE_MODELS } from './live.model.js';
import { LiveQuery } from './live.query.js';
import { countViewer, openStream, refuseBeyond, STREAM_TYPE } from './stream.js';
import { LiveRights } from './live-rights.js';

/** What happens, as it happens. */
@Requires('viewer')
@ApiTags('overview')
@Controller('live')
export class LiveController {
  constructor(
    private readonly live: Live,
    private readonly rights: LiveRights,
    @Inject(DASHBOARD_CONFIG) private readonly config: DashboardConfig,
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
    refuseBeyond(this.config.MAX_VIEWERS, this.live.viewers, reply);
    const stream = openStream(reply, device_id, () => this.metrics.viewersDropped.inc());
    const leave = await this.live.join(stream.viewer, lastId, stream.end);
    const forget = this.rights.watch(principal, stream.end);
    countViewer(stream, this.metrics, forget, leave);
  }
}
