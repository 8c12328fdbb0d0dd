import { Principal, Requires } from '@iot/access';
import { givenReading, LogicConflict, type Fault } from '@iot/logic';
import { ProblemError } from '@iot/service';
import { SensorCatalogue } from '@iot/telemetry';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseIntPipe,
  Post,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ActLog } from '../access/act-log.js';
import { DeviceIdPipe } from '../devices/device-id.pipe.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { BodyPipe } from '../requests/body.pipe.js';
import { MachineIdPipe } from './machine-id.pipe.js';
import {
  activeAnswer,
  ActiveLogics,
  Logic,
  LogicVersion,
  LogicVersions,
  Trial,
  versionAnswer,
} from './machines.answers.js';
import { ActivateBody, LogicBody, TryBody, VersionsQuery } from './machines.bodies.js';
import { MachinesReader, programOf } from './machines.reader.js';
import { Trials } from './trials.js';

const HOUR_MS = 3_600_000;
const DEFAULT_READINGS = 100;
const API_MACHINE = {
  name: 'id',
  description: 'A device id, or a pattern: the beginning of device ids and a *, or * for all',
  example: 'plant-7.*',
};

/** Programs of machines. */
@Requires('viewer')
@ApiTags('machines')
@Controller()
export class LogicController {
  constructor(
    private readonly reader: MachinesReader,
    private readonly trials: Trials,
    private readonly catalogue: SensorCatalogue,
    private readonly acts: ActLog,
  ) {}

  @Get('logic')
  @InIndex('patterns of machines that have a program')
  @ApiOperation({ summary: 'Patterns that have a program, and which version of it is active' })
  @ApiOkResponse({ type: ActiveLogics })
  @ApiProblems(400, 503)
  async patterns(@Query() _query: NoQuery): Promise<ActiveLogics> {
    const heads = await this.reader.logic.heads();
    return { data: heads.map(activeAnswer).toSorted((a, b) => (a.pattern < b.pattern ? -1 : 1)) };
  }

  @Get('machines/:id/logic')
  @ApiOperation({
    summary: 'The program of a machine: that of the most specific pattern that holds it',
  })
  @ApiParam(API_MACHINE)
  @ApiOkResponse({ type: Logic })
  @ApiProblems(400, 404, 503)
  async active(@Param('id', MachineIdPipe) id: string, @Query() _query: NoQuery): Promise<Logic> {
    const { version, head } = await this.reader.active(id);
    return { ...versionAnswer(version, head.version), logic: version.logic };
  }

  @Get('machines/:id/logic/history')
  @ApiOperation({ summary: 'Versions of a pattern’s program, the newest first' })
  @ApiParam(API_MACHINE)
  @ApiOkResponse({ type: LogicVersions })
  @ApiProblems(400, 503)
  async history(
    @Param('id', MachineIdPipe) pattern: string,
    @Query() { limit = 100, cursor }: VersionsQuery,
  ): Promise<LogicVersions> {
    const below = cursor === undefined ? undefined : Number(cursor);
    const [head, found] = await Promise.all([
      this.reader.logic.head(pattern),
      this.reader.logic.versions(pattern, below, limit + 1),
    ]);
    const page = found.slice(0, limit);
    return {
      data: page.map((one) => versionAnswer(one, head?.version)),
      next_cursor: found.length > limit ? String(page.at(-1)!.version) : null,
    };
  }

  @Get('machines/:id/logic/versions/:version')
  @ApiOperation({ summary: 'One version of a pattern’s program' })
  @ApiParam(API_MACHINE)
  @ApiParam({ name: 'version', example: 1 })
  @ApiOkResponse({ type: Logic })
  @ApiProblems(400, 404, 503)
  async version(
    @Param('id', MachineIdPipe) pattern: string,
    @Param('version', ParseIntPipe) number: number,
    @Query() _query: NoQuery,
  ): Promise<Logic> {
    const [head, version] = await Promise.all([
      this.reader.logic.head(pattern),
      this.reader.version(pattern, number),
    ]);
    return { ...versionAnswer(version, head?.version), logic: version.logic };
  }

  @Post('machines/:id/logic')
  @Requires('admin')
  @ApiOperation({
    summary: 'A new version of a program, which takes effect within five seconds',
    description:
      'Versions never change. `errors` of a 400 has the line and the column of each fault.',
  })
  @ApiParam(API_MACHINE)
  @ApiCreatedResponse({ type: LogicVersion })
  @ApiProblems(400, 409, 429, 503)
  async set(
    @Param('id', MachineIdPipe) pattern: string,
    @Body(BodyPipe) { logic, note, new_state }: LogicBody,
    @Principal() { name }: Principal,
    @Req() request: FastifyRequest,
  ): Promise<LogicVersion> {
    await this.mustBeSound(logic);
    const version = await this.reader.logic
      .add({ pattern, logic, note, by: name, fresh: new_state === true })
      .catch(asProblem);
    await this.acts.note(request, 'logic_set', pattern, `version ${version.version}`);
    return versionAnswer(version, version.version);
  }

  @Post('machines/:id/logic/activate')
  @Requires('admin')
  @HttpCode(200)
  @ApiOperation({ summary: 'Have another version of the program run' })
  @ApiParam(API_MACHINE)
  @ApiOkResponse({ type: LogicVersion })
  @ApiProblems(400, 404, 409, 503)
  async activate(
    @Param('id', MachineIdPipe) pattern: string,
    @Body(BodyPipe) { version: number, new_state }: ActivateBody,
    @Principal() { name }: Principal,
    @Req() request: FastifyRequest,
  ): Promise<LogicVersion> {
    const version = await this.reader.version(pattern, number);
    await this.reader.logic.activate(pattern, number, name, new_state === true).catch(asProblem);
    await this.acts.note(request, 'logic_activate', pattern, `version ${number}`);
    return versionAnswer(version, number);
  }

  @Delete('machines/:id/logic')
  @Requires('admin')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Take the program away',
    description: 'Its versions stay, and so do the states of the machines.',
  })
  @ApiParam(API_MACHINE)
  @ApiNoContentResponse({ description: 'The pattern has no program' })
  @ApiProblems(400, 404, 409, 503)
  async remove(
    @Param('id', MachineIdPipe) pattern: string,
    @Query() _query: NoQuery,
    @Principal() { name }: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const head = await this.reader.logic.head(pattern);
    if (!head || head.version === null)
      throw new ProblemError(404, `${pattern} has no logic of its own.`);
    await this.reader.logic.activate(pattern, null, name).catch(asProblem);
    await this.acts.note(request, 'logic_delete', pattern, `version ${head.version}`);
  }

  @Post('machines/:id/logic/try')
  @Requires('operator')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Run a program on readings with a copy of the state; nothing is kept',
    description:
      'On the readings of the body, or on stored ones. It ends after 5 s, 20 failures or 2 MB of answers; `complete` is false then.',
  })
  @ApiParam({ name: 'id', example: 'device-1' })
  @ApiOkResponse({ type: Trial })
  @ApiProblems(400, 404, 429, 503)
  async try(@Param('id', DeviceIdPipe) id: string, @Body(BodyPipe) body: TryBody): Promise<Trial> {
    const active = body.logic === undefined ? await this.reader.active(id) : undefined;
    const logic = body.logic ?? active!.version.logic;
    if (body.logic !== undefined) await this.mustBeSound(logic);
    const now = Date.now();
    const readings =
      body.readings?.map((one, i) => givenReading(one, i, id, this.catalogue.canonical, now)) ??
      (await this.stored(id, body, now));
    const state = body.state === undefined ? await this.reader.stateOf(id) : text(body.state);
    const version = active?.version.version ?? 0;
    return this.trials.run(programOf(logic), version, readings, state);
  }

  private stored(id: string, { from, to, limit }: TryBody, now: number) {
    const until = to ?? now + 1;
    return this.reader.readings(id, from ?? until - HOUR_MS, until, limit ?? DEFAULT_READINGS);
  }

  /** @throws ProblemError 400 with the place of each fault */
  private async mustBeSound(logic: string): Promise<void> {
    const faults = await this.trials.faults(logic);
    if (faults.length > 0) throw unsound(faults);
  }
}

const text = (state: unknown): string => JSON.stringify(state);

const unsound = (faults: readonly Fault[]): ProblemError =>
  new ProblemError(
    400,
    `The logic cannot be used: ${faults
      .slice(0, 3)
      .map(({ line, column, message }) => `line ${line}, column ${column}: ${message}`)
      .join('; ')}.`,
    {
      errors: faults.map(({ line, column, message }) => ({
        field: 'logic',
        line,
        column,
        message,
      })),
    },
  );

function asProblem(error: unknown): never {
  if (error instanceof LogicConflict) throw new ProblemError(409, error.message);
  throw error;
}
