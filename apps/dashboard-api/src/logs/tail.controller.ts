import { Principal, Requires } from '@iot/access';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptable } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { LATER } from '../lists/examples.js';
import { LiveRights } from '../live/live-rights.js';
import { openStream, STREAM_TYPE } from '../live/stream.js';
import { Viewers } from '../live/viewers.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';
import { LogRow } from './log.row.js';
import { TailQuery } from './logs.query.js';
import { Tail } from './tail.service.js';

/** A sign of life of `/logs/tail`. */
export class TailBeat {
  @ApiProperty({ format: 'date-time', example: LATER }) at!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Why no line comes; null: none did' })
  trouble!: string | null;
  @ApiProperty({ description: 'More came than can be shown: some were passed by' })
  passed!: boolean;
}

/** What the services log, as they do. */
@ApiTags('logs')
@Requires('operator')
@Controller('logs')
export class TailController {
  constructor(
    private readonly tail: Tail,
    private readonly viewers: Viewers,
    private readonly rights: LiveRights,
    @Inject(DASHBOARD_METRICS) private readonly metrics: DashboardMetrics,
  ) {}

  @Get('tail')
  @ApiOperation({
    summary: 'Lines as they are stored (Server-Sent Events)',
    description:
      'Each line is an event `line` (LogRow), and `beat` (TailBeat) comes at once and every five seconds. A stream ends after ten minutes, when its reader does not ' +
      'keep up, and with the session or the token it was asked for with: connect again, and search for what came between.',
  })
  @ApiExtraModels(LogRow, TailBeat)
  @ApiResponse({
    status: 200,
    description: 'A stream of events',
    content: { [STREAM_TYPE]: { schema: { type: 'string' } } },
  })
  @ApiProblems(400, 406, 503)
  follow(
    @Query() query: TailQuery,
    @Principal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): void {
    acceptable(request, [STREAM_TYPE]);
    const leave = this.viewers.admit(reply);
    const stream = openStream(reply, undefined, () => this.metrics.viewersDropped.inc());
    const forgetStream = this.tail.join({ query, send: stream.viewer.send }, stream.end);
    const forgetRights = this.rights.watch(principal, stream.end);
    stream.onClose(() => {
      forgetRights();
      forgetStream();
      leave();
    });
  }
}
