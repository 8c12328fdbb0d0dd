import { randomBytes } from 'node:crypto';
import { Principal, Requires } from '@iot/access';
import type { Granted, LogInRefusal } from '@iot/accounts';
import { ProblemError } from '@iot/service';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  Inject,
  Post,
  Query,
  Req,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AccountsInForce } from '../access/accounts.js';
import {
  cameByTls,
  clearCookies,
  isFromOurPage,
  refreshCookieOf,
  setCookies,
} from '../access/cookies.js';
import { GATE, type Gate } from '../access/gate.js';
import { REFUSALS } from '../access/refusals.js';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { ApiProblems } from '../lists/api-problems.js';
import { NoQuery } from '../lists/parameters.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';
import { InIndex } from '../overview/in-index.js';
import { AccountProblemsInterceptor } from '../requests/account-problems.interceptor.js';
import { BodyPipe } from '../requests/body.pipe.js';
import { notValid } from '../requests/not-valid.js';
import { KeySet, LoggedIn, Me, Ways, withCookies, withTokens } from './auth.answers.js';
import { LogInBody, PasswordBody, RefreshBody } from './auth.bodies.js';

/** Logging in, and who one is. */
@ApiTags('log-in')
@Requires('anyone')
@UseInterceptors(AccountProblemsInterceptor)
@Controller()
export class AuthController {
  constructor(
    private readonly accounts: AccountsInForce,
    @Inject(GATE) private readonly gate: Gate,
    @Inject(DASHBOARD_CONFIG) private readonly config: DashboardConfig,
    @Inject(DASHBOARD_METRICS) private readonly metrics: Pick<DashboardMetrics, 'logins'>,
  ) {}

  @Get('auth')
  @InIndex('how one may log in')
  @ApiOperation({ summary: 'How one may log in here' })
  @ApiOkResponse({ type: Ways })
  @ApiProblems(400)
  ways(@Query() _query: NoQuery): Ways {
    const { isOn } = this.accounts;
    const { OIDC_CLIENT_ID, OIDC_NAME: name } = this.config;
    const oidc = isOn && OIDC_CLIENT_ID !== '' ? { name, url: '/auth/oidc/start' } : null;
    return { auth: isOn, password: isOn, oidc };
  }

  @Post('auth/login')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Log in by name and password',
    description:
      'Answers the same, and takes as long, whether or not there is such a user. Attempts are counted by name and by address.',
  })
  @ApiOkResponse({ type: LoggedIn })
  @ApiProblems(400, 401, 409, 429, 503)
  async logIn(
    @Body(BodyPipe) body: LogInBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoggedIn> {
    const now = new Date();
    const found = await this.accounts
      .get()
      .logIn.logIn(body, request.ip, now)
      .catch((error: unknown) => {
        this.metrics.logins.inc({ outcome: 'unavailable' });
        throw error;
      });
    if ('refused' in found) throw this.refused(found, reply);
    this.metrics.logins.inc({ outcome: 'ok' });
    return this.answer(found, body.cookies === true, request, reply, now);
  }

  @Post('auth/refresh')
  @HttpCode(200)
  @ApiOperation({
    summary: 'A new access token, and a new refresh token, for the present one',
    description:
      'A refresh token counts once. One that comes again means that two have it: the session ends.',
  })
  @ApiOkResponse({ type: LoggedIn })
  @ApiProblems(400, 401, 409, 503)
  async refresh(
    @Body(BodyPipe) body: RefreshBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<LoggedIn> {
    const now = new Date();
    const { text, byCookie } = this.refreshTokenOf(body, request, reply);
    const found = await this.accounts.get().logIn.refresh(text, request.ip, now);
    if (!('refused' in found)) return this.answer(found, byCookie, request, reply, now);
    if (byCookie) clearCookies(request, reply);
    throw unauthorized(reply, REFUSALS.ended, found.refused);
  }

  @Post('auth/logout')
  @HttpCode(204)
  @ApiOperation({ summary: 'End the session of the access token, or of the refresh token' })
  @ApiNoContentResponse({ description: 'The session has ended, if there was one' })
  @ApiProblems(400, 401, 409, 503)
  async logOut(
    @Body(BodyPipe) body: RefreshBody,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { logIn, people } = this.accounts.get();
    const now = new Date();
    const found = await this.gate.identify(request);
    if (found === 'csrf') throw unauthorized(reply, REFUSALS.csrf, 'csrf');
    if (typeof found !== 'string') {
      await logIn.logOut(found, request.ip, now);
      if (found.session !== undefined) people.forget(found.session);
    } else if (body.refresh_token !== undefined || isFromOurPage(request))
      await logIn.logOutBy(body.refresh_token ?? refreshCookieOf(request) ?? '', request.ip, now);
    clearCookies(request, reply);
  }

  @Get('auth/me')
  @Requires('viewer')
  @InIndex('who one is, and what role one has')
  @ApiOperation({ summary: 'Who asks, and what role that is' })
  @ApiOkResponse({ type: Me })
  @ApiProblems(400)
  me(
    @Query() _query: NoQuery,
    @Principal() { kind, id, name, role }: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Me {
    void reply.header('cache-control', 'no-store');
    return { kind, id, name, role };
  }

  @Post('auth/password')
  @Requires('viewer')
  @HttpCode(204)
  @ApiOperation({ summary: 'Change one’s password; other sessions end' })
  @ApiNoContentResponse({ description: 'It is changed' })
  @ApiProblems(400, 409, 429, 503)
  async password(
    @Body(BodyPipe) { password: present, new_password: next }: PasswordBody,
    @Principal() principal: Principal,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const { logIn } = this.accounts.get();
    if (principal.kind !== 'user')
      throw new ProblemError(409, 'Only users have a password here; this is somebody else.');
    const found = await logIn.changePassword(principal, { present, next }, request.ip, new Date());
    if (found?.refused === 'wrong') throw wrongPassword();
    if (found) throw throttled(reply, found.retryAfterS);
  }

  @Get('.well-known/jwks.json')
  @ApiOperation({ summary: 'The public keys that access tokens are verified by' })
  @ApiOkResponse({ type: KeySet })
  @ApiProblems(400)
  keys(@Query() _query: NoQuery, @Res({ passthrough: true }) reply: FastifyReply): KeySet {
    void reply.header('cache-control', 'public, max-age=300');
    if (!this.accounts.isOn) return { keys: [] };
    return { keys: this.accounts.get().keys.all.map(({ jwk }) => jwk) };
  }

  private answer(
    granted: Granted,
    cookies: boolean,
    request: FastifyRequest,
    reply: FastifyReply,
    now: Date,
  ): LoggedIn {
    void reply.header('cache-control', 'no-store');
    if (!cookies) return withTokens(granted);
    const csrf = randomBytes(16).toString('base64url');
    setCookies(reply, granted, csrf, now.getTime(), cameByTls(request));
    return withCookies(granted, csrf);
  }

  private refreshTokenOf(body: RefreshBody, request: FastifyRequest, reply: FastifyReply) {
    if (body.refresh_token !== undefined) return { text: body.refresh_token, byCookie: false };
    const text = refreshCookieOf(request) ?? '';
    if (text !== '' && !isFromOurPage(request)) throw unauthorized(reply, REFUSALS.csrf, 'csrf');
    return { text, byCookie: true };
  }

  private refused(found: LogInRefusal, reply: FastifyReply): ProblemError {
    this.metrics.logins.inc({ outcome: found.refused });
    if (found.refused === 'wrong')
      return unauthorized(reply, 'The name or the password is not right.', 'wrong');
    return throttled(reply, found.retryAfterS);
  }
}

function throttled(reply: FastifyReply, retryAfterS: number): ProblemError {
  void reply.header('retry-after', String(retryAfterS));
  return new ProblemError(429, `There were too many attempts; try again in ${retryAfterS} s.`, {
    reason: 'throttled',
  });
}

const wrongPassword = (): ProblemError =>
  notValid('body', [{ field: 'password', message: 'password must be the present one' }]);

function unauthorized(reply: FastifyReply, sentence: string, reason: string): ProblemError {
  void reply.header('www-authenticate', 'Bearer realm="telemetry", error="invalid_token"');
  return new ProblemError(401, sentence, { reason });
}
