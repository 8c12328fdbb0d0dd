import { Requires } from '@iot/access';
import { keysOfDevices, newGroup, rotatedGroup } from '@iot/credentials';
import { findCredential, findRevocable, revocation } from '@iot/key-ring';
import { ProblemError } from '@iot/service';
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
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { actorOf } from '../access/actor.js';
import { DeviceIdPipe } from '../devices/device-id.pipe.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { BodyPipe } from '../requests/body.pipe.js';
import { RotateBody } from '../tokens/tokens.bodies.js';
import {
  BlockBody,
  CreateCredentialBody,
  CredentialRows,
  DevicesBody,
  GroupKeys,
  IssuedCredential,
} from './credential.bodies.js';
import { issued, KeyRing } from './key-ring.js';

const DEFAULT_OVERLAP_S = 30 * 86_400;

/** Enrolment groups, for admins. */
@ApiTags('device keys')
@Requires('admin')
@Controller('groups')
export class GroupsController {
  constructor(private readonly ring: KeyRing) {}

  @Get()
  @InIndex('enrolment groups of devices, for admins')
  @ApiOperation({ summary: 'Enrolment groups by name; never a secret' })
  @ApiOkResponse({ type: CredentialRows })
  @ApiProblems(400, 503)
  async all(@Query() _query: NoQuery): Promise<CredentialRows> {
    return { data: await this.ring.list('group') };
  }

  @Post()
  @ApiOperation({ summary: 'Make a group; its secret is answered this once' })
  @ApiCreatedResponse({ type: IssuedCredential })
  @ApiProblems(400, 409, 503)
  create(
    @Body(BodyPipe) body: CreateCredentialBody,
    @Req() request: FastifyRequest,
  ): Promise<IssuedCredential> {
    const detail = `${body.name}, ${body.scope}`;
    return this.ring.change(actorOf(request), { action: 'group_create', detail }, () =>
      issued(newGroup(body, this.ring.sealing, Date.now())),
    );
  }

  @Post(':id/rotate')
  @HttpCode(200)
  @ApiOperation({ summary: 'Give a group a new secret, which is answered this once' })
  @ApiOkResponse({ type: IssuedCredential })
  @ApiProblems(400, 404, 409, 503)
  rotate(
    @Param('id') id: string,
    @Body(BodyPipe) { overlap_s = DEFAULT_OVERLAP_S }: RotateBody,
    @Req() request: FastifyRequest,
  ): Promise<IssuedCredential> {
    return this.ring.change(actorOf(request), { action: 'group_rotate' }, (held) => {
      const record = findCredential(held, 'group', id);
      const { sealing } = this.ring;
      return issued(rotatedGroup(id, record, overlap_s * 1000, sealing, Date.now()));
    });
  }

  @Post(':id/keys')
  @HttpCode(200)
  @ApiOperation({ summary: 'The keys of devices of a group' })
  @ApiOkResponse({ type: GroupKeys })
  @ApiProblems(400, 404, 409, 503)
  keys(
    @Param('id') id: string,
    @Body(BodyPipe) { device_ids }: DevicesBody,
    @Req() request: FastifyRequest,
  ): Promise<GroupKeys> {
    const detail = `${device_ids.length} devices: ${device_ids.join(', ')}`;
    return this.ring.change(actorOf(request), { action: 'group_keys', detail }, (held) => {
      const keys = keysOfDevices(
        id,
        findCredential(held, 'group', id),
        device_ids,
        this.ring.sealing,
      );
      if (!keys) throw new ProblemError(409, `${id} was sealed with another CREDENTIALS_SECRET.`);
      return { records: new Map(), target: id, answer: { keys } };
    });
  }

  @Put(':id/blocked/:device')
  @HttpCode(204)
  @ApiOperation({ summary: 'End the key of one device of a group' })
  @ApiNoContentResponse({ description: 'It is blocked' })
  @ApiProblems(400, 404, 409, 503)
  async block(
    @Param('id') id: string,
    @Param('device', DeviceIdPipe) device: string,
    @Body(BodyPipe) { reason }: BlockBody,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const entry = { action: 'device_block', detail: reason ?? '' } as const;
    await this.ring.change(actorOf(request), entry, (held) => {
      findCredential(held, 'group', id);
      const target = `${id}/${device}`;
      const block = { kind: 'block', created_at: Date.now(), ...(reason && { reason }) } as const;
      return { records: new Map([[target, block]]), target, answer: undefined };
    });
  }

  @Delete(':id/blocked/:device')
  @HttpCode(204)
  @ApiOperation({ summary: 'Take the key of a blocked device again' })
  @ApiNoContentResponse({ description: 'It is let in again' })
  @ApiProblems(400, 404, 409, 503)
  async unblock(
    @Param('id') id: string,
    @Param('device', DeviceIdPipe) device: string,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    await this.ring.change(actorOf(request), { action: 'device_unblock' }, (held) => {
      const target = `${id}/${device}`;
      if (!held.has(target)) throw new ProblemError(404, `${device} of ${id} is not blocked.`);
      return { records: new Map([[target, null]]), target, answer: undefined };
    });
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a group, and the keys of all its devices' })
  @ApiNoContentResponse({ description: 'It is revoked' })
  @ApiProblems(404, 409, 503)
  async revoke(@Param('id') id: string, @Req() request: FastifyRequest): Promise<void> {
    await this.ring.change(actorOf(request), { action: 'group_revoke' }, (held) => {
      findRevocable(held, 'group', id);
      return { records: revocation(held, id, Date.now()), target: id, answer: undefined };
    });
  }
}
