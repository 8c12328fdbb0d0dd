import { randomBytes } from 'node:crypto';
import { Requires } from '@iot/access';
import { ProviderUnavailable, withReason, type OidcFinished, type OidcLogIn } from '@iot/accounts';
import { isDatabaseUnavailable } from '@iot/mongo';
import { LOGGER, ProblemError, type Logger } from '@iot/service';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clearFlow, flowOf, keepFlow, setCookies } from '../access/cookies.js';
import { OIDC_LOG_IN } from '../access/tokens.js';
import type { DashboardConfig } from '../config.js';
import { DASHBOARD_CONFIG } from '../context.module.js';
import { DASHBOARD_METRICS, type DashboardMetrics } from '../metrics.js';

const HOME = '/ui';

/**
 * Where browsers log in by the identity provider. It is people who see what is answered here, so
 * each answer leads to the page, which says why somebody was not let in. What the provider sends is
 * a secret of a few seconds: it is in no log, and the page that follows does not learn of it.
 */
@Requires('anyone')
@ApiExcludeController()
@Controller('auth/oidc')
export class OidcController {
  constructor(
    @Inject(OIDC_LOG_IN) private readonly oidc: OidcLogIn | null,
    @Inject(DASHBOARD_CONFIG) private readonly config: DashboardConfig,
    @Inject(DASHBOARD_METRICS) private readonly metrics: Pick<DashboardMetrics, 'logins'>,
    @Inject(LOGGER) private readonly log: Pick<Logger, 'warn'>,
  ) {}

  @Get('start')
  async start(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const oidc = this.configured();
    try {
      const wanted = queryOf(request).get('to');
      const { url, flow } = await oidc.start(wanted, new Date());
      keepFlow(reply, flow, this.isSecure);
      leadTo(reply, url);
    } catch (error) {
      leadTo(reply, withReason(HOME, this.trouble(error)));
    }
  }

  @Get('callback')
  async callback(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const oidc = this.configured();
    clearFlow(reply, this.isSecure);
    const now = new Date();
    try {
      const found = await oidc.finish(queryOf(request), flowOf(request), request.ip, now);
      leadTo(reply, this.end(found, reply, now));
    } catch (error) {
      leadTo(reply, withReason(HOME, this.trouble(error)));
    }
  }

  /** @returns where the browser goes */
  private end(found: OidcFinished, reply: FastifyReply, now: Date): string {
    if ('granted' in found) {
      this.metrics.logins.inc({ outcome: 'ok' });
      const csrf = randomBytes(16).toString('base64url');
      setCookies(reply, found.granted, csrf, now.getTime(), this.isSecure);
      return found.to;
    }
    const { to, refused, why } = found;
    this.metrics.logins.inc({ outcome: refused === 'throttled' ? 'throttled' : 'wrong' });
    if (why !== undefined) this.log.warn({ why }, 'a log-in by the identity provider was refused');
    return withReason(to, refused);
  }

  private trouble(error: unknown): string {
    const away = error instanceof ProviderUnavailable || isDatabaseUnavailable(error);
    this.metrics.logins.inc({ outcome: 'unavailable' });
    this.log.warn(
      { error: (error as Error).message },
      'nobody can log in by the identity provider now',
    );
    return away ? 'unavailable' : 'failed';
  }

  /** @throws ProblemError 404 */
  private configured(): OidcLogIn {
    if (this.oidc) return this.oidc;
    throw new ProblemError(404, 'Nobody logs in by an identity provider here; see GET /auth.');
  }

  /** A browser that is sent back says in no header how it came; where it was sent back to does. */
  private get isSecure(): boolean {
    return this.config.OIDC_REDIRECT_URL.startsWith('https:');
  }
}

const queryOf = ({ url }: FastifyRequest): URLSearchParams =>
  new URLSearchParams(url.slice(url.indexOf('?') + 1 || url.length));

const leadTo = (reply: FastifyReply, location: string): void =>
  void reply
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .redirect(location, 302);
