import { Principal, Requires } from '@iot/access';
import { ProblemError } from '@iot/service';
import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { AlertRow } from './alert.row.js';
import { AlertAnswer, alertAnswer, rowOf } from './alert.answer.js';
import { AlertActs } from './alert-acts.js';
import { fieldsNotValid } from '../requests/not-valid.js';

const API_ALERT = {
  name: 'id',
  description: 'id of the alert, percent-encoded',
  example: 'device-1|temperature_c|above_max|1769860800000',
};
const MAX_TEXT = 1000;

/** What people do with an alert. */
@Requires('operator')
@ApiTags('alerts')
@Controller('alerts/:id')
@ApiParam(API_ALERT)
export class AlertActsController {
  constructor(private readonly acts: AlertActs) {}

  @Get()
  @Requires('viewer')
  @ApiOperation({ summary: 'An alert with the notes of it' })
  @ApiOkResponse({ type: AlertAnswer })
  @ApiProblems(400, 404, 503)
  async one(@Param('id') id: string, @Query() _query: NoQuery): Promise<AlertAnswer> {
    const alert = await this.acts.find(id);
    if (!alert) throw notFound();
    return alertAnswer(alert);
  }

  @Post('acknowledge')
  @HttpCode(200)
  @ApiOperation({
    summary:
      'Takes note of an alert that is active; a second time changes nothing. It is told in telemetry.alerts',
  })
  @ApiBody({
    required: false,
    schema: { type: 'object', properties: { note: { type: 'string', maxLength: MAX_TEXT } } },
  })
  @ApiOkResponse({ type: AlertRow })
  @ApiProblems(400, 503)
  async acknowledge(
    @Param('id') id: string,
    @Body() body: unknown,
    @Query() _query: NoQuery,
    @Principal() who: Principal,
  ): Promise<AlertRow> {
    const note = textOf(body, 'note', false);
    const outcome = await this.acts.acknowledge(id, who.name, note ?? null, new Date());
    if (outcome === 'not there') throw notFound();
    if (outcome === 'not active') throw new ProblemError(409, 'The alert is not active.');
    return rowOf(outcome);
  }

  @Post('notes')
  @ApiOperation({ summary: 'Adds a note to an alert' })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['text'],
      properties: { text: { type: 'string', maxLength: MAX_TEXT } },
    },
  })
  @ApiProblems(400, 503)
  async note(
    @Param('id') id: string,
    @Body() body: unknown,
    @Query() _query: NoQuery,
    @Principal() who: Principal,
  ): Promise<AlertRow> {
    const text = textOf(body, 'text', true)!;
    const outcome = await this.acts.note(id, { by: who.name, at: new Date(), text });
    if (outcome === 'not there') throw notFound();
    if (outcome === 'full')
      throw new ProblemError(409, 'The alert has as many notes as it can have.');
    return rowOf(outcome);
  }
}

const notFound = (): ProblemError => new ProblemError(404, 'There is no such alert.');

/** @throws ProblemError 400 */
function textOf(body: unknown, field: string, required: boolean): string | undefined {
  const given = (body ?? {}) as Record<string, unknown>;
  const errors =
    typeof given !== 'object'
      ? [{ field: '', message: 'must be an object' }]
      : Object.keys(given)
          .filter((name) => name !== field)
          .map((name) => ({ field: name, message: `is unknown; allowed: ${field}` }));
  const value = given[field];
  const isAbsent = value === undefined || value === null;
  if (isAbsent ? required : typeof value !== 'string' || value === '' || value.length > MAX_TEXT)
    errors.push({ field, message: `must be text of 1 to ${MAX_TEXT} characters` });
  if (errors.length > 0) throw fieldsNotValid('body', errors);
  return isAbsent ? undefined : (value as string);
}
