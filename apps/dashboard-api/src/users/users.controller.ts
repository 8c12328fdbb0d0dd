import { Requires } from '@iot/access';
import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Module,
  Param,
  Patch,
  Post,
  Query,
  Req,
  UseInterceptors,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AccountsInForce } from '../access/accounts.js';
import { actorOf } from '../access/actor.js';
import { ApiProblems } from '../lists/api-problems.js';
import { GetList } from '../lists/get-list.js';
import { ListsModule } from '../lists/lists.module.js';
import { AccountProblemsInterceptor } from '../requests/account-problems.interceptor.js';
import { BodyPipe } from '../requests/body.pipe.js';
import {
  ChangeUserBody,
  CreateUserBody,
  MadeUserAnswer,
  PasswordAnswer,
  SetPasswordBody,
} from './users.bodies.js';
import { USERS, UsersQuery } from './users.list.js';

/** Users, for admins. */
@ApiTags('accounts')
@Requires('admin')
@UseInterceptors(AccountProblemsInterceptor)
@Controller('users')
export class UsersController {
  constructor(private readonly accounts: AccountsInForce) {}

  @GetList('', USERS, {
    summary: 'Users, the last made first',
    index: 'users, for admins',
    requires: 'admin',
  })
  all(@Query() query: UsersQuery) {
    return query;
  }

  @Post()
  @ApiOperation({ summary: 'Make a user' })
  @ApiCreatedResponse({ type: MadeUserAnswer })
  @ApiProblems(400, 409, 503)
  create(
    @Body(BodyPipe) body: CreateUserBody,
    @Req() request: FastifyRequest,
  ): Promise<MadeUserAnswer> {
    return this.accounts.get().administration.createUser(body, actorOf(request), new Date());
  }

  @Patch(':name')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Give a user another role, block or unblock it',
    description: 'In force within two seconds. The last admin who can log in stays one.',
  })
  @ApiNoContentResponse({ description: 'It is changed' })
  @ApiProblems(400, 404, 409, 503)
  async change(
    @Param('name') name: string,
    @Body(BodyPipe) body: ChangeUserBody,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const { administration } = this.accounts.get();
    await administration.changeUser(name, body, actorOf(request), new Date());
  }

  @Post(':name/password')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a user another password; its sessions end' })
  @ApiOkResponse({ type: PasswordAnswer })
  @ApiProblems(400, 404, 409, 503)
  async setPassword(
    @Param('name') name: string,
    @Body(BodyPipe) { password: given }: SetPasswordBody,
    @Req() request: FastifyRequest,
  ): Promise<PasswordAnswer> {
    const { administration } = this.accounts.get();
    const actor = actorOf(request);
    const password = await administration.setPassword(name, given, actor, new Date());
    return password === undefined ? {} : { password };
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a user; its sessions end' })
  @ApiNoContentResponse({ description: 'It is removed' })
  @ApiProblems(404, 409, 503)
  async remove(@Param('name') name: string, @Req() request: FastifyRequest): Promise<void> {
    await this.accounts.get().administration.removeUser(name, actorOf(request), new Date());
  }
}

@Module({ imports: [ListsModule], controllers: [UsersController] })
export class UsersModule {}
