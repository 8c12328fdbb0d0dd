import { Principal, Requires } from '@iot/access';
import { RuleConflict, RuleStore, type Author, type Stored } from '@iot/alert-rules';
import { readRule, type Rule } from '@iot/alerting';
import type { AlertRuleDocument } from '@iot/mongo';
import { ProblemError } from '@iot/service';
import { SensorCatalogue } from '@iot/telemetry';
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ActLog } from '../access/act-log.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { InIndex } from '../overview/in-index.js';
import { API_RULE, RuleWithVersions, ServedRule, ServedRules } from './alert-rules.model.js';
import { RuleQuery } from './alert-rules.query.js';
import { fieldsNotValid } from '../requests/not-valid.js';

/** What alerts are raised by, besides the thresholds of the environment. */
@Requires('viewer')
@ApiTags('alert rules')
@Controller('alert-rules')
export class AlertRulesController {
  private readonly sensors: ReadonlySet<string>;

  constructor(
    @Inject(RuleStore) private readonly store: RuleStore,
    catalogue: SensorCatalogue,
    private readonly acts: ActLog,
  ) {
    this.sensors = new Set(catalogue.byName.keys());
  }

  @Get()
  @InIndex('alert rules')
  @ApiOperation({ summary: 'Alert rules by name; not those of the thresholds in the environment' })
  @ApiOkResponse({ type: ServedRules })
  @ApiProblems(400, 503)
  async all(@Query() _query: NoQuery): Promise<ServedRules> {
    return { data: (await this.store.all()).map(served) };
  }

  @Get(':name')
  @ApiOperation({ summary: 'An alert rule and its versions, also one that was deleted' })
  @ApiOkResponse({ type: RuleWithVersions })
  @ApiProblems(400, 503)
  async one(@Param('name') name: string, @Query() _query: NoQuery): Promise<RuleWithVersions> {
    const document = await this.store.get(name);
    if (!document) throw notFound(name);
    const versions = document.versions.map(({ at, ...rest }) => ({
      ...rest,
      at: at.toISOString(),
    }));
    return { ...served(document), versions };
  }

  @Post()
  @Requires('operator')
  @ApiOperation({ summary: 'Makes an alert rule; it is in force within 5 s' })
  @ApiBody({ schema: API_RULE })
  @ApiCreatedResponse({ type: ServedRule })
  @ApiProblems(400, 503)
  async create(
    @Body() body: unknown,
    @Query() _query: NoQuery,
    @Principal() who: Principal,
    @Req() request: FastifyRequest,
  ): Promise<ServedRule> {
    const { document } = await this.conflicting(() =>
      this.store.put(this.ruleOf(body), author(who), 0),
    );
    await this.note(request, 'created', document);
    return served(document);
  }

  @Put(':name')
  @Requires('operator')
  @ApiOperation({ summary: 'Makes an alert rule or its next version; in force within 5 s' })
  @ApiBody({ schema: API_RULE })
  @ApiOkResponse({ type: ServedRule })
  @ApiCreatedResponse({ type: ServedRule })
  @ApiProblems(400, 503)
  async put(
    @Param('name') name: string,
    @Body() body: unknown,
    @Query() { version }: RuleQuery,
    @Principal() who: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ServedRule> {
    const rule = this.ruleOf(body, name);
    const { document, outcome } = await this.conflicting(() =>
      this.store.put(rule, author(who), version),
    );
    await this.note(request, outcome, document);
    void reply.code(outcome === 'created' ? 201 : 200);
    return served(document);
  }

  @Delete(':name')
  @HttpCode(204)
  @Requires('operator')
  @ApiOperation({ summary: 'Deletes an alert rule; alerts of it that are active are resolved' })
  @ApiProblems(400, 503)
  async remove(
    @Param('name') name: string,
    @Query() { version }: RuleQuery,
    @Principal() who: Principal,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const found = await this.conflicting(() => this.store.remove(name, author(who), version));
    if (!found) throw notFound(name);
    await this.acts.note(request, 'rule_delete', name);
  }

  private async note(
    request: FastifyRequest,
    outcome: Stored['outcome'],
    { _id: name, version }: AlertRuleDocument,
  ): Promise<void> {
    if (outcome === 'unchanged') return;
    const action = outcome === 'created' ? 'rule_create' : 'rule_change';
    await this.acts.note(request, action, name, `version ${version}`);
  }

  /** @throws ProblemError 400 naming every bad field */
  private ruleOf(body: unknown, name?: string): Rule {
    const named =
      name !== undefined && typeof body === 'object' && body !== null && !('name' in body)
        ? { name, ...body }
        : body;
    const read = readRule(named, this.sensors);
    const errors = 'errors' in read ? read.errors : [];
    if ('rule' in read && name !== undefined && read.rule.name !== name)
      errors.push({ field: 'name', message: `must be ${name}, as in the path` });
    if (errors.length > 0 || !('rule' in read)) throw fieldsNotValid('rule', errors);
    return read.rule;
  }

  private async conflicting<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof RuleConflict) throw new ProblemError(409, `${error.message}.`);
      throw error;
    }
  }
}

const author = ({ name }: Principal): Author => ({ by: name, origin: 'api' });

const notFound = (name: string): ProblemError =>
  new ProblemError(404, `There is no alert rule ${JSON.stringify(name.slice(0, 64))}.`);

const served = ({
  _id: name,
  version,
  rule,
  origin,
  updated_by,
  updated_at,
}: AlertRuleDocument): ServedRule => ({
  name,
  version,
  rule: rule!,
  origin,
  updated_by,
  updated_at: updated_at.toISOString(),
});
