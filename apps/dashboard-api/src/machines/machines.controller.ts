import { Requires } from '@iot/access';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DeviceIdPipe } from '../devices/device-id.pipe.js';
import { acceptable, JSON_ONLY } from '../lists/acceptable.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { MachineAnswer, MachineSummaries } from './machines.answers.js';
import { MachinesQuery } from './machines.bodies.js';
import { MachinesReader } from './machines.reader.js';

/** Machines: devices whose program has run. */
@Requires('viewer')
@ApiTags('machines')
@Controller('machines')
export class MachinesController {
  constructor(private readonly reader: MachinesReader) {}

  @Get()
  @InIndex('machines: devices that have a program, and how it fares')
  @ApiOperation({ summary: 'Machines whose program has run, by id' })
  @ApiOkResponse({ type: MachineSummaries })
  @ApiProblems(400, 406, 503)
  machines(
    @Query() query: MachinesQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MachineSummaries> {
    acceptable(request, JSON_ONLY);
    void reply.header('cache-control', 'no-store');
    return this.reader.machines(query, Date.now());
  }

  @Get(':id')
  @ApiOperation({ summary: 'A machine with its state and its last error' })
  @ApiParam({ name: 'id', example: 'device-1' })
  @ApiOkResponse({ type: MachineAnswer })
  @ApiProblems(400, 404, 406, 503)
  machine(
    @Param('id', DeviceIdPipe) id: string,
    @Query() _query: NoQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MachineAnswer> {
    acceptable(request, JSON_ONLY);
    void reply.header('cache-control', 'no-store');
    return this.reader.machine(id, Date.now());
  }
}
