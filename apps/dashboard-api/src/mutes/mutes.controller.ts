import { randomUUID } from 'node:crypto';
import { Principal, Requires } from '@iot/access';
import { Mongo, type MuteDocument } from '@iot/mongo';
import { ProblemError } from '@iot/service';
import { SensorCatalogue } from '@iot/telemetry';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ActLog } from '../access/act-log.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { readMute } from './read-mute.js';
import { fieldsNotValid } from '../requests/not-valid.js';

const MAX_MUTES = 1000;
/** See Selector in @iot/alerting. */
class ServedSelector {
  @ApiProperty({ example: 'plant-7.*' }) device!: string;
  @ApiPropertyOptional({ example: 'temperature_c' }) sensor?: string;
}

const TIME = { type: 'string', format: 'date-time' } as const;

/** Alerts that nobody is told of for a time. */
class ServedMute {
  @ApiProperty() id!: string;
  @ApiProperty({ type: ServedSelector }) selector!: ServedSelector;
  @ApiProperty({ nullable: true, type: String, description: 'Null: alerts of any rule' })
  rule!: string | null;
  @ApiProperty(TIME) from!: string;
  @ApiProperty({ ...TIME, nullable: true, description: 'Null: until it is deleted' })
  to!: string | null;
  @ApiProperty({ example: 'the press is being repaired' }) reason!: string;
  @ApiProperty({ example: 'ada' }) created_by!: string;
  @ApiProperty(TIME) created_at!: string;
}

class ServedMutes {
  @ApiProperty({ type: [ServedMute] }) data!: ServedMute[];
}

const BODY = {
  schema: {
    type: 'object' as const,
    required: ['selector', 'reason'],
    properties: {
      selector: { $ref: getSchemaPath(ServedSelector) },
      rule: { type: 'string' as const },
      from: { ...TIME, description: 'Absent: now' },
      to: { ...TIME, description: 'Absent: until it is deleted' },
      reason: { type: 'string' as const },
    },
  },
};

/** Mutes suppress that people are told of alerts, not the alerts. */
@Requires('viewer')
@ApiTags('mutes')
@Controller('mutes')
export class MutesController {
  private readonly sensors: ReadonlySet<string>;

  constructor(
    private readonly mongo: Mongo,
    catalogue: SensorCatalogue,
    private readonly acts: ActLog,
  ) {
    this.sensors = new Set(catalogue.byName.keys());
  }

  @Get()
  @InIndex('mutes: alerts that nobody is told of for a time')
  @ApiOperation({ summary: 'Mutes, the newest first, those that are over too' })
  @ApiOkResponse({ type: ServedMutes })
  @ApiProblems(400, 503)
  async all(@Query() _query: NoQuery): Promise<ServedMutes> {
    const found = await this.mongo.mutes.find({}).limit(MAX_MUTES).toArray();
    found.sort((a, b) => b.created_at.getTime() - a.created_at.getTime());
    return { data: found.map(served) };
  }

  @Post()
  @Requires('operator')
  @ApiOperation({ summary: 'Has nobody be told of alerts for a time; the alerts are kept' })
  @ApiBody(BODY)
  @ApiCreatedResponse({ type: ServedMute })
  @ApiProblems(400, 503)
  async create(
    @Body() body: unknown,
    @Query() _query: NoQuery,
    @Principal() who: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ServedMute> {
    const created_at = new Date();
    const read = readMute(body, this.sensors, created_at.getTime());
    if ('errors' in read) throw fieldsNotValid('mute', read.errors);
    if ((await this.mongo.mutes.countDocuments()) >= MAX_MUTES)
      throw new ProblemError(409, `There are ${MAX_MUTES} mutes; delete those that are over.`);
    const { from, to, ...rest } = read.mute;
    const document: MuteDocument = {
      _id: randomUUID(),
      ...rest,
      from: new Date(from),
      to: to === null ? null : new Date(to),
      created_by: who.name,
      created_at,
    };
    await this.mongo.mutes.insertOne(document);
    await this.acts.note(request, 'mute_create', document._id, document.selector.device);
    return served(document);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('operator')
  @ApiOperation({ summary: 'Ends a mute' })
  @ApiProblems(400, 503)
  async remove(
    @Param('id') id: string,
    @Query() _query: NoQuery,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const { deletedCount } = await this.mongo.mutes.deleteOne({ _id: id });
    if (deletedCount === 0) throw new ProblemError(404, 'There is no such mute.');
    await this.acts.note(request, 'mute_delete', id);
  }
}

const served = ({ _id: id, rule, from, to, created_at, ...rest }: MuteDocument): ServedMute => ({
  id,
  ...rest,
  rule: rule ?? null,
  from: from.toISOString(),
  to: to?.toISOString() ?? null,
  created_at: created_at.toISOString(),
});
