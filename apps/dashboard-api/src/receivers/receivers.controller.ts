import { Principal, Requires } from '@iot/access';
import type { ReceiverDocument } from '@iot/mongo';
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
  ApiAcceptedResponse,
  ApiBody,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ActLog } from '../access/act-log.js';
import { ApiProblems } from '../lists/api-problems.js';
import { GetList } from '../lists/get-list.js';
import { formOf } from '../lists/row.js';
import { NamePipe } from '../requests/name.pipe.js';
import { RECEIVER_BODY } from './receiver.body.js';
import { ReceiverRow } from './receiver.row.js';
import { ReceiversKeeper } from './receivers.keeper.js';
import { RECEIVERS, ReceiversQuery } from './receivers.list.js';

class SavedReceiver extends ReceiverRow {
  @ApiProperty({
    required: false,
    example: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    description: 'The secret that was made for signatures. It is told this once.',
  })
  secret?: string;
}

class Accepted {
  @ApiProperty({
    example: 'ntf_test_1b4e28ba-2fa1-4b6d-9d5c-0242ac120002',
    description: 'See /notifications/{id} for what becomes of it',
  })
  notification!: string;
}

const { fromDocument } = formOf<ReceiverDocument, ReceiverRow>(ReceiverRow);

/** Whom alerts are told. */
@ApiTags('notifications')
@Requires('operator')
@Controller('receivers')
export class ReceiversController {
  constructor(
    private readonly keeper: ReceiversKeeper,
    private readonly acts: ActLog,
  ) {}

  @GetList('', RECEIVERS, {
    summary: 'Receivers of notifications, the last made first',
    index: 'receivers of notifications',
  })
  all(@Query() query: ReceiversQuery) {
    return query;
  }

  @Get(':name')
  @Requires('viewer')
  @ApiOperation({ summary: 'One receiver' })
  @ApiOkResponse({ type: ReceiverRow })
  @ApiProblems(400, 404, 503)
  async one(@Param('name', NamePipe) name: string): Promise<ReceiverRow> {
    return fromDocument(await this.keeper.get(name));
  }

  @Post()
  @ApiOperation({ summary: 'Make a receiver' })
  @ApiBody({ schema: RECEIVER_BODY as never })
  @ApiCreatedResponse({ type: SavedReceiver })
  @ApiProblems(400, 409, 503)
  async add(@Body() body: unknown, @Req() request: FastifyRequest): Promise<SavedReceiver> {
    const { receiver, secret } = await this.keeper.add(body, new Date());
    await this.acts.note(request, 'receiver_create', receiver._id, receiver.kind);
    return { ...fromDocument(receiver), ...(secret && { secret }) };
  }

  @Put(':name')
  @ApiOperation({
    summary: 'Change a receiver',
    description:
      'The body is the whole receiver, but for what is secret: url, secret and authorization stay as they are where they are absent. With another url, authorization is to be given again.',
  })
  @ApiBody({ schema: RECEIVER_BODY as never })
  @ApiOkResponse({ type: SavedReceiver })
  @ApiProblems(400, 404, 409, 503)
  async change(
    @Param('name', NamePipe) name: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
  ): Promise<SavedReceiver> {
    const { receiver, secret } = await this.keeper.change(name, body, new Date());
    await this.acts.note(request, 'receiver_change', name, `version ${receiver.version}`);
    return { ...fromDocument(receiver), ...(secret && { secret }) };
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a receiver that no route names' })
  @ApiNoContentResponse({ description: 'It is gone' })
  @ApiProblems(400, 404, 409, 503)
  async remove(
    @Param('name', NamePipe) name: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.keeper.remove(name);
    await this.acts.note(request, 'receiver_delete', name);
  }

  @Post(':name/rotate-secret')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Make a new secret for signatures',
    description: 'The one before signs too, until there is a next one.',
  })
  @ApiOkResponse({ type: SavedReceiver })
  @ApiProblems(400, 404, 409, 503)
  async rotate(
    @Param('name', NamePipe) name: string,
    @Req() request: FastifyRequest,
  ): Promise<SavedReceiver> {
    const { receiver, secret } = await this.keeper.rotate(name, new Date());
    await this.acts.note(request, 'receiver_rotate', name, `version ${receiver.version}`);
    return { ...fromDocument(receiver), ...(secret && { secret }) };
  }

  @Post(':name/test')
  @HttpCode(202)
  @ApiOperation({ summary: 'Send a test notification' })
  @ApiAcceptedResponse({ type: Accepted })
  @ApiProblems(400, 404, 503)
  async test(
    @Param('name', NamePipe) name: string,
    @Principal() { name: by }: Principal,
  ): Promise<Accepted> {
    return { notification: await this.keeper.test(name, by, new Date()) };
  }
}
