import type { Principal } from '@iot/access';
import * as oauth from 'oauth4webapi';
import type { Attempts } from './attempts.js';
import type { Audit } from './audit.js';
import { boundedFetch } from './bounded-fetch.js';
import { returnPath } from './core/return-path.js';
import type { IdentityProvider } from './identity-provider.js';
import type { Granted, LogIn } from './log-in.js';
import { FLOW_MS, readFlow, sealFlow, type OidcFlow } from './oidc-flow.js';
import { isIssuer } from './oidc-variables.js';
import { ProviderUnavailable } from './refusals.js';
import type { SigningKeys } from './signing-keys.js';

export interface OidcLogInConfig {
  readonly OIDC_CLIENT_ID: string;
  readonly OIDC_CLIENT_SECRET: string;
  readonly OIDC_REDIRECT_URL: string;
  readonly OIDC_SCOPE: string;
  readonly OIDC_ISSUER: string;
  readonly OIDC_SESSION_HOURS: number;
  readonly AUTH_SESSION_DAYS: number;
}

interface Parts {
  readonly provider: IdentityProvider;
  readonly keys: SigningKeys;
  readonly attempts: Attempts;
  readonly audit: Audit;
  readonly logIn: LogIn;
}

/**
 * Why nobody was let in. `expired`: the log-in was not begun by this browser, too long ago, or it
 * was finished before; `refused`: by the provider, or what it says cannot be trusted; `no_role`: it
 * says no role that is known here.
 */
export type OidcRefusal = 'expired' | 'refused' | 'no_role' | 'throttled';

/** How a log-in ended, and where the browser goes. */
export type OidcFinished =
  | { readonly to: string; readonly granted: Granted }
  | { readonly to: string; readonly refused: OidcRefusal; readonly why?: string };

const HOUR_MS = 3_600_000;
const HOURS_OF_A_DAY = 24;
/** OpenID Connect allows no longer `sub`. */
const LONGEST_SUBJECT = 255;

/** Logging in at the identity provider: authorization code with PKCE, state and nonce. */
export class OidcLogIn {
  private readonly client: oauth.Client;

  constructor(
    private readonly of: Parts,
    private readonly config: OidcLogInConfig,
  ) {
    this.client = { client_id: config.OIDC_CLIENT_ID };
  }

  /**
   * @param wanted where the browser wants to go afterwards
   * @returns where to send it, and the cookie that it keeps until it comes back
   * @throws ProviderUnavailable
   */
  async start(
    wanted: unknown,
    now: Date,
  ): Promise<{ readonly url: string; readonly flow: string }> {
    const { authorization_endpoint } = await this.of.provider.describe();
    if (!authorization_endpoint || !isEndpoint(authorization_endpoint))
      throw new ProviderUnavailable('the identity provider does not say where to log in');
    const flow: OidcFlow = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
      to: returnPath(wanted),
      endsAt: now.getTime() + FLOW_MS,
    };
    const url = new URL(authorization_endpoint);
    const asked = {
      response_type: 'code',
      client_id: this.config.OIDC_CLIENT_ID,
      redirect_uri: this.config.OIDC_REDIRECT_URL,
      scope: this.config.OIDC_SCOPE,
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
    return { url: url.href, flow: sealFlow(this.of.keys, flow) };
  }

  /**
   * @param parameters what the provider sent the browser back with @param cookie of `start`
   * @throws ProviderUnavailable; the driver's error
   */
  async finish(
    parameters: URLSearchParams,
    cookie: string,
    source: string,
    now: Date,
  ): Promise<OidcFinished> {
    const { keys, attempts, audit, logIn } = this.of;
    const flow = readFlow(keys, cookie, now.getTime());
    const to = returnPath(flow?.to);
    if (!flow || parameters.get('state') !== flow.state) return { to, refused: 'expired' };
    if ((await attempts.add('address', source, now)) > 0) return { to, refused: 'throttled' };
    if (!(await attempts.use(`oidc/${flow.state}`, new Date(flow.endsAt))))
      return { to, refused: 'expired' };
    const found = await this.identify(parameters, flow, now);
    if (typeof found === 'string') return { to, refused: 'refused', why: found };
    const { id: subject, principal } = found;
    if (principal === 'no_role') {
      const actor = { kind: 'oidc', id: subject, source };
      await audit.record(actor, { action: 'login', outcome: 'refused', detail: 'no role' }, now);
      return { to, refused: 'no_role' };
    }
    await attempts.giveBack(source, now);
    const { OIDC_ISSUER: issuer, OIDC_SESSION_HOURS, AUTH_SESSION_DAYS } = this.config;
    const hours = Math.min(OIDC_SESSION_HOURS, AUTH_SESSION_DAYS * HOURS_OF_A_DAY);
    const { name, role } = principal;
    const identity = { issuer, subject, name, role };
    return { to, granted: await logIn.enter(identity, hours * HOUR_MS, source, now) };
  }

  /** Who came back; a text says why that is not known. */
  private async identify(
    parameters: URLSearchParams,
    flow: OidcFlow,
    now: Date,
  ): Promise<{ readonly id: string; readonly principal: Principal | 'no_role' } | string> {
    const { provider } = this.of;
    const { client } = this;
    const description = await provider.describe();
    try {
      const checked = oauth.validateAuthResponse(description, client, parameters, flow.state);
      const response = await oauth.authorizationCodeGrantRequest(
        description,
        client,
        this.authentication(description),
        checked,
        this.config.OIDC_REDIRECT_URL,
        flow.verifier,
        this.transport,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(description, client, response, {
        expectedNonce: flow.nonce,
        requireIdToken: true,
      });
      // It came from the provider itself; its signature counts all the same.
      const claims = await provider.verify(tokens.id_token!, client.client_id, now);
      if (typeof claims === 'string') return `the ID token is ${claims}`;
      const id = claims.sub!;
      if (id.length > LONGEST_SUBJECT) return 'the sub of the ID token is too long';
      const principal = provider.principalOf(claims);
      // Some say in the one what somebody is, and some in the other.
      return principal !== 'no_role' || !description.userinfo_endpoint
        ? { id, principal }
        : { id, principal: await this.byUserinfo(description, tokens.access_token, id) };
    } catch (error) {
      if (error instanceof ProviderUnavailable) throw error;
      return reasonOf(error);
    }
  }

  private async byUserinfo(
    description: oauth.AuthorizationServer,
    accessToken: string,
    subject: string,
  ): Promise<Principal | 'no_role'> {
    const { client, transport } = this;
    const response = await oauth.userInfoRequest(description, client, accessToken, transport);
    const said = await oauth.processUserInfoResponse(description, client, subject, response);
    return this.of.provider.principalOf(said as { sub: string });
  }

  private authentication(description: oauth.AuthorizationServer): oauth.ClientAuth {
    const { OIDC_CLIENT_SECRET: secret } = this.config;
    if (secret === '') return oauth.None();
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } =
      description;
    return methods.includes('client_secret_basic')
      ? oauth.ClientSecretBasic(secret)
      : oauth.ClientSecretPost(secret);
  }

  /** Without TLS only to a provider on this machine. */
  private get transport() {
    return {
      [oauth.customFetch]: boundedFetch,
      [oauth.allowInsecureRequests]: this.config.OIDC_ISSUER.startsWith('http:'),
    };
  }
}

/** An address that a browser may be sent to; it may have a query, unlike an issuer. */
const isEndpoint = (url: string): boolean => URL.canParse(url) && isIssuer(url.split('?', 1)[0]!);

/** What went wrong, without what the provider or the browser sent of secrets. */
function reasonOf(error: unknown): string {
  if (error instanceof oauth.AuthorizationResponseError) return `the provider says ${error.error}`;
  if (error instanceof oauth.ResponseBodyError) return `the provider says ${error.error}`;
  return (error as Error).message;
}
