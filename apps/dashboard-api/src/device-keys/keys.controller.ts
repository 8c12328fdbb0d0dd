import { Requires } from '@iot/access';
import { newKey, rotatedKey } from '@iot/credentials';
import { findCredential, findRevocable, revocation } from '@iot/key-ring';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { actorOf } from '../access/actor.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { BodyPipe } from '../requests/body.pipe.js';
import { RotateBody } from '../tokens/tokens.bodies.js';
import { CreateCredentialBody, CredentialRows, IssuedCredential } from './credential.bodies.js';
import { issued, KeyRing } from './key-ring.js';

const DEFAULT_OVERLAP_S = 7 * 86_400;

/** Device keys, for admins. */
@ApiTags('device keys')
@Requires('admin')
@Controller('keys')
export class KeysController {
  constructor(private readonly ring: KeyRing) {}

  @Get()
  @InIndex('device keys, for admins')
  @ApiOperation({ summary: 'Device keys by name; never a secret' })
  @ApiOkResponse({ type: CredentialRows })
  @ApiProblems(400, 503)
  async all(@Query() _query: NoQuery): Promise<CredentialRows> {
    return { data: await this.ring.list('key') };
  }

  @Post()
  @ApiOperation({ summary: 'Make a device key; it is answered this once' })
  @ApiCreatedResponse({ type: IssuedCredential })
  @ApiProblems(400, 409, 503)
  create(
    @Body(BodyPipe) body: CreateCredentialBody,
    @Req() request: FastifyRequest,
  ): Promise<IssuedCredential> {
    const detail = `${body.name}, ${body.scope}`;
    return this.ring.change(actorOf(request), { action: 'key_create', detail }, () =>
      issued(newKey(body, Date.now())),
    );
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a key a new secret, which is answered this once' })
  @ApiOkResponse({ type: IssuedCredential })
  @ApiProblems(400, 404, 409, 503)
  rotate(
    @Param('id') id: string,
    @Body(BodyPipe) { overlap_s = DEFAULT_OVERLAP_S }: RotateBody,
    @Req() request: FastifyRequest,
  ): Promise<IssuedCredential> {
    return this.ring.change(actorOf(request), { action: 'key_rotate' }, (held) =>
      issued(rotatedKey(id, findCredential(held, 'key', id), overlap_s * 1000, Date.now())),
    );
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a key: it is refused within two seconds' })
  @ApiNoContentResponse({ description: 'It is revoked' })
  @ApiProblems(404, 409, 503)
  async revoke(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.ring.change(actorOf(request), { action: 'key_revoke' }, (held) => {
      findRevocable(held, 'key', id);
      return { records: revocation(held, id, Date.now()), target: id, answer: undefined };
    });
  }
}
