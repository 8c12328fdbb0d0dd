import { Requires } from '@iot/access';
import { Mongo, type RouteDocument } from '@iot/mongo';
import { checkRoute, type RouteInput } from '@iot/notification';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ActLog } from '../access/act-log.js';
import { ApiProblems } from '../lists/api-problems.js';
import { GetList } from '../lists/get-list.js';
import { formOf } from '../lists/row.js';
import { notValid } from '../requests/not-valid.js';
import { KeptDocuments } from '../requests/kept-documents.js';
import { namedByPath } from '../requests/named-by-path.js';
import { NamePipe } from '../requests/name.pipe.js';
import { ROUTE_BODY } from './route.body.js';
import { RouteRow } from './route.row.js';
import { ROUTES, RoutesQuery } from './routes.list.js';

const { fromDocument } = formOf<RouteDocument, RouteRow>(RouteRow);

/** Which alerts a receiver is told, and when. */
@ApiTags('notifications')
@Requires('operator')
@Controller('routes')
export class RoutesController {
  private readonly kept: KeptDocuments<RouteDocument>;

  constructor(
    private readonly mongo: Mongo,
    private readonly acts: ActLog,
  ) {
    this.kept = new KeptDocuments(mongo.routes, 'route');
  }

  @GetList('', ROUTES, {
    summary: 'Routes from alerts to receivers, the last made first',
    index: 'routes from alerts to receivers',
  })
  all(@Query() query: RoutesQuery) {
    return query;
  }

  @Get(':name')
  @Requires('viewer')
  @ApiOperation({ summary: 'One route' })
  @ApiOkResponse({ type: RouteRow })
  @ApiProblems(400, 404, 503)
  async one(@Param('name', NamePipe) name: string): Promise<RouteRow> {
    return fromDocument(await this.kept.get(name));
  }

  @Post()
  @ApiOperation({ summary: 'Make a route' })
  @ApiBody({ schema: ROUTE_BODY as never })
  @ApiCreatedResponse({ type: RouteRow })
  @ApiProblems(400, 409, 503)
  async add(@Body() body: unknown, @Req() request: FastifyRequest): Promise<RouteRow> {
    const { name, fields } = await this.checked(body);
    const now = new Date();
    const route: RouteDocument = {
      _id: name,
      ...fields,
      source: 'api',
      // Never one that a route of this name had before: groups of that one are to be looked at.
      version: now.getTime(),
      created_at: now,
      updated_at: now,
    };
    await this.kept.add(route);
    await this.acts.note(request, 'route_create', name, `to ${route.receiver}`);
    return fromDocument(route);
  }

  @Put(':name')
  @ApiOperation({ summary: 'Change a route; the body is the whole route' })
  @ApiBody({ schema: ROUTE_BODY as never })
  @ApiOkResponse({ type: RouteRow })
  @ApiProblems(400, 404, 409, 503)
  async change(
    @Param('name', NamePipe) name: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<RouteRow> {
    const before = await this.kept.get(name);
    const { fields } = await this.checked(namedByPath(body, name));
    const now = new Date();
    const version = Math.max(before.version + 1, now.getTime());
    const route = { ...before, ...fields, version, updated_at: now };
    await this.kept.replace(before, route);
    await this.acts.note(request, 'route_change', name, `to ${route.receiver}`);
    return fromDocument(route);
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a route' })
  @ApiNoContentResponse({ description: 'It is gone' })
  @ApiProblems(400, 404, 409, 503)
  async remove(
    @Param('name', NamePipe) name: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.kept.remove(name);
    await this.acts.note(request, 'route_delete', name);
  }

  private async checked(json: unknown): Promise<RouteInput> {
    const found = checkRoute(json);
    if ('errors' in found) throw notValid('body', found.errors);
    const { receiver } = found.value.fields;
    if (!(await this.mongo.receivers.findOne({ _id: receiver })))
      throw notValid('body', [
        { field: 'receiver', message: `receiver must be a receiver; there is no ${receiver}` },
      ]);
    return found.value;
  }
}
