import { Readable } from 'node:stream';
import { Requires } from '@iot/access';
import { backTest, type BackTestLine } from '@iot/alert-rules';
import { readRule, type Rule } from '@iot/alerting';
import { Mongo } from '@iot/mongo';
import { parseTimestamp, SensorCatalogue, type FieldError } from '@iot/telemetry';
import { Body, Controller, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { AnswersUnderWay } from '../lists/answers-under-way.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NDJSON_TYPE } from '../lists/core/formats.js';
import { NoQuery } from '../lists/parameters.js';
import { API_RULE } from './alert-rules.model.js';
import { fieldsNotValid } from '../requests/not-valid.js';

const AT_ONCE = 2;
const FIELDS = ['rule', 'selector', 'from', 'to'];

interface Wanted {
  readonly rule: Rule;
  readonly from: number;
  readonly to: number;
}

/** Tries a rule on stored readings before it goes live. */
@Requires('operator')
@ApiTags('alert rules')
@Controller('alert-rules/back-test')
export class BackTestController {
  private readonly underWay = new AnswersUnderWay(AT_ONCE, 'as many back-tests as it may');
  private readonly units: ReadonlyMap<string, string>;

  constructor(
    private readonly mongo: Mongo,
    @Inject(DASHBOARD_CONFIG)
    private readonly limits: Pick<DashboardConfig, 'READER_STALL_MS'>,
    catalogue: SensorCatalogue,
  ) {
    this.units = new Map(catalogue.sensors.map(({ name, unit }) => [name, unit]));
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: 'The alerts that a rule would have raised on stored readings, as they are found',
    description:
      'Lines of JSON: `type` is `alert`, `progress` now and then, and `summary` at the end. An answer without a summary is not whole.',
  })
  @ApiBody({
    schema: {
      type: 'object',
      required: ['rule', 'from'],
      properties: {
        rule: API_RULE,
        selector: { type: 'object', description: 'In place of that of the rule' },
        from: { type: 'string', description: 'RFC 3339 or epoch milliseconds, of readings' },
        to: { type: 'string', description: 'Not included; absent: now' },
      },
    },
  })
  @ApiResponse({ status: 200, content: { [NDJSON_TYPE]: { schema: { type: 'object' } } } })
  @ApiProblems(400, 503)
  async run(
    @Body() body: unknown,
    @Query() _query: NoQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Readable> {
    const { rule, from, to } = this.wanted(body);
    this.underWay.add(reply, 1);
    const lines = backTest(this.mongo, rule, { from, to }, this.units);
    // The first line before the answer begins: a database that is down is still a 503 then.
    const first = await lines.next();
    void reply.type(NDJSON_TYPE).header('cache-control', 'no-store');
    return Readable.from(this.text(first, lines, reply), { objectMode: true, highWaterMark: 1 });
  }

  private async *text(
    first: IteratorResult<BackTestLine, void>,
    lines: AsyncGenerator<BackTestLine, void, undefined>,
    reply: FastifyReply,
  ): AsyncGenerator<string> {
    try {
      for (let line = first; !line.done; line = await lines.next()) {
        const patience = setTimeout(() => reply.raw.destroy(), this.limits.READER_STALL_MS);
        try {
          yield `${JSON.stringify(line.value)}\n`;
        } finally {
          clearTimeout(patience);
        }
      }
    } finally {
      await lines.return();
    }
  }

  /** @throws ProblemError 400 naming every bad field */
  private wanted(body: unknown): Wanted {
    const given = (typeof body === 'object' && body !== null ? body : {}) as Record<
      string,
      unknown
    >;
    const sensors = new Set(this.units.keys());
    const errors: FieldError[] = Object.keys(given)
      .filter((name) => !FIELDS.includes(name))
      .map((field) => ({ field, message: `is unknown; allowed: ${FIELDS.join(', ')}` }));
    const { rule, selector } = given;
    const read = readRule(
      selector === undefined || typeof rule !== 'object' ? rule : { ...rule, selector },
      sensors,
    );
    if ('errors' in read)
      errors.push(
        ...read.errors.map(({ field, message }) => ({
          field: field === '' ? 'rule' : `rule.${field}`,
          message,
        })),
      );
    const from = timeOf('from', given['from'], errors);
    const to = given['to'] === undefined ? Date.now() : timeOf('to', given['to'], errors);
    if (from !== undefined && to !== undefined && from >= to)
      errors.push({ field: 'from', message: 'must be earlier than to' });
    if (errors.length > 0 || !('rule' in read) || from === undefined || to === undefined)
      throw fieldsNotValid('back-test', errors);
    return { rule: read.rule, from, to };
  }
}

function timeOf(field: string, value: unknown, errors: FieldError[]): number | undefined {
  const ms = parseTimestamp(value);
  if (ms === undefined)
    errors.push({ field, message: 'must be an RFC 3339 time or epoch milliseconds' });
  return ms;
}
