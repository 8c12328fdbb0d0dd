import { Requires } from '@iot/access';
import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Module,
  Param,
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
import { CreateTokenBody, IssuedTokenAnswer, RotateBody } from './tokens.bodies.js';
import { TOKENS, TokensQuery } from './tokens.list.js';

const DEFAULT_OVERLAP_S = 86_400;

/** Service tokens, for admins. */
@ApiTags('accounts')
@Requires('admin')
@UseInterceptors(AccountProblemsInterceptor)
@Controller('tokens')
export class TokensController {
  constructor(private readonly accounts: AccountsInForce) {}

  @GetList('', TOKENS, {
    summary: 'Service tokens, the last made first; never a secret',
    index: 'service tokens of Grafana and scripts, for admins',
    requires: 'admin',
  })
  all(@Query() query: TokensQuery) {
    return query;
  }

  @Post()
  @ApiOperation({ summary: 'Make a service token; it is answered this once' })
  @ApiCreatedResponse({ type: IssuedTokenAnswer })
  @ApiProblems(400, 409, 503)
  create(
    @Body(BodyPipe) { name, role, expires_at }: CreateTokenBody,
    @Req() request: FastifyRequest,
  ): Promise<IssuedTokenAnswer> {
    const expiresAt = expires_at === undefined ? null : new Date(expires_at);
    const wanted = { name, role, expiresAt };
    return this.accounts.get().administration.createToken(wanted, actorOf(request), new Date());
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a token a new secret, which is answered this once' })
  @ApiOkResponse({ type: IssuedTokenAnswer })
  @ApiProblems(400, 404, 409, 503)
  rotate(
    @Param('id') id: string,
    @Body(BodyPipe) { overlap_s = DEFAULT_OVERLAP_S }: RotateBody,
    @Req() request: FastifyRequest,
  ): Promise<IssuedTokenAnswer> {
    const { administration } = this.accounts.get();
    return administration.rotateToken(id, overlap_s * 1000, actorOf(request), new Date());
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a token: it is refused within two seconds' })
  @ApiNoContentResponse({ description: 'It is revoked' })
  @ApiProblems(404, 409, 503)
  async revoke(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.accounts.get().administration.revokeToken(id, actorOf(request), new Date());
  }
}

@Module({ imports: [ListsModule], controllers: [TokensController] })
export class TokensModule {}
