import { Requires } from '@iot/access';
import { countFailures, matches } from '@iot/dead-letters';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ActLog } from '../access/act-log.js';
import { acceptable, JSON_ONLY } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { BodyPipe } from '../requests/body.pipe.js';
import {
  countOf,
  DeadLetterAnswer,
  DeadLetterRows,
  letterAnswer,
  RedriveAnswer,
  redriveAnswer,
  rowOf,
} from './dead-letters.model.js';
import { DeadLettersQuery, MOST_REDRIVEN, RedriveBody } from './dead-letters.parameters.js';
import { DeadLettersReader } from './dead-letters.reader.js';

/** Records that could not be handled. */
@Requires('viewer')
@ApiTags('dead letters')
@Controller('dead-letters')
export class DeadLettersController {
  constructor(
    private readonly reader: DeadLettersReader,
    private readonly acts: ActLog,
  ) {}

  @Get()
  @InIndex('records that could not be handled, and why')
  @ApiOperation({
    summary: 'The newest dead letters, and how many failed in which way',
    description: 'Of the newest 5000. Answers are up to five seconds old.',
  })
  @ApiOkResponse({ type: DeadLetterRows })
  @ApiProblems(400, 406, 503)
  async newest(
    @Query() { limit = 100, device_id: device, ...filter }: DeadLettersQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeadLetterRows> {
    acceptable(request, JSON_ONLY);
    void reply.header('cache-control', 'no-store');
    const { letters, retained } = await this.reader.newest();
    const found = letters.filter((letter) => matches(letter, { ...filter, device }));
    return {
      data: found.slice(0, limit).map(rowOf),
      groups: countFailures(found).map(countOf),
      total: found.length,
      looked_at: letters.length,
      retained,
    };
  }

  @Get(':partition/:offset')
  @Requires('operator')
  @ApiOperation({ summary: 'A dead letter with its record; of large values the first 16 KiB' })
  @ApiParam({ name: 'partition', example: 0 })
  @ApiParam({ name: 'offset', example: 12 })
  @ApiOkResponse({ type: DeadLetterAnswer })
  @ApiProblems(400, 404, 503)
  async one(
    @Param('partition', ParseIntPipe) partition: number,
    @Param('offset', ParseIntPipe) offset: number,
    @Query() _query: NoQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DeadLetterAnswer> {
    void reply.header('cache-control', 'no-store');
    return letterAnswer(await this.reader.one(partition, offset));
  }

  @Post('redrive')
  @Requires('operator')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Send dead letters to the group that failed, and to no other',
    description:
      'What was sent from a place once is not sent again, however often this is asked or interrupted. More than 10000 at once: `telemetryctl dlq redrive`.',
  })
  @ApiOkResponse({ type: RedriveAnswer })
  @ApiProblems(400, 404, 409, 503)
  async redrive(
    @Body(BodyPipe) { dry_run: dryRun, device_id: device, limit, ...options }: RedriveBody,
    @Req() request: FastifyRequest,
  ): Promise<RedriveAnswer> {
    const { place, group, stage, reason } = options;
    // Before: what is sent to Kafka cannot be taken back where the audit cannot be written.
    if (!dryRun)
      await this.acts.note(
        request,
        'dead_letters_redrive',
        place ?? group ?? 'all groups',
        JSON.stringify({ stage, reason, device }),
      );
    const done = await this.reader.redrive({
      ...options,
      device,
      dryRun,
      limit: limit ?? MOST_REDRIVEN,
    });
    return redriveAnswer(done, dryRun);
  }
}
